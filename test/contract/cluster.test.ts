// Checks on this Node the undocumented parts that src/node-internals/cluster.cts uses.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { contract, outputOf } from '../helpers/contract.ts';
import { Project, ROOT } from '../helpers/project.ts';

const FEATURE = 'in-flight responses of the workers of a cluster are cut off at a restart';

/** Runs a cluster with one worker. The code of both knows the functions as `internals`. The primary prints one line of JSON. */
async function run(policy: string, inPrimary: string, inWorker: string): Promise<unknown> {
  const [sockets, cluster, processes] = ['sockets', 'cluster', 'process'].map((name) =>
    JSON.stringify(join(ROOT, `build/src/node-internals/${name}.cjs`)),
  );
  using project = new Project({
    'app.cjs': `
const internals = { ...require(${sockets}), ...require(${cluster}), ...require(${processes}) };
const cluster = require('node:cluster');
const fs = require('node:fs');
const net = require('node:net');
if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.${policy};
  const handles = [];
  const { type } = internals.tcpClass();
  for (const name of ['bind', 'listen'])
    internals.wrapMethod(type.prototype, name, (call, handle) => (handles.push(handle), call()));
  require('node:diagnostics_channel').subscribe('child_process', ({ process: child }) => {
    const restore = internals.wrapMethod(child, 'spawn', (spawn, _, [options]) => {
      restore();
      show.isClusterWorker = internals.isClusterWorker(options);
      return spawn();
    });
  });
  const show = {};
  const end = () => { console.log(JSON.stringify(show)); process.exit(); };
  const worker = cluster.fork();
  ${inPrimary}
} else {
  ${inWorker}
}
`,
  });
  const child = spawn(process.execPath, ['app.cjs'], {
    cwd: project.dir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await outputOf(child));
}

contract(
  'NODE_UNIQUE_ID, onconnection of a handle, handles without an owner in process._getActiveHandles()',
  FEATURE,
  async () => {
    const inPrimary = `
  worker.on('listening', ({ port }) => {
    const handle = handles.at(-1);
    show.isDistributing = internals.isDistributing(handle);
    show.before = internals.hasUntakenConnection(handle);
    worker.send('block');
    worker.once('message', () => {
      net.connect(port, '127.0.0.1').on('data', () => {
        // The worker may answer the client before the primary.
        const check = () => {
          show.after = internals.hasUntakenConnection(handle);
          if (show.after) setTimeout(check, 1);
          else end();
        };
        check();
      });
      const check = () => {
        show.while = internals.hasUntakenConnection(handle);
        if (!show.while) return setTimeout(check, 1);
        handle.close();
        setTimeout(() => {
          show.closed = internals.hasUntakenConnection(handle);
          fs.writeFileSync('go', '');
        });
      };
      check();
    });
  });`;
    const inWorker = `
  net.createServer((socket) => socket.end('x')).listen(0, '127.0.0.1');
  process.on('message', () => process.send('blocked', () => {
    while (!fs.existsSync('go'));
  }));`;
    assert.deepEqual(await run('SCHED_RR', inPrimary, inWorker), {
      isClusterWorker: true,
      isDistributing: true,
      before: false,
      while: true,
      closed: true,
      after: false,
    });
  },
);

for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
  contract(
    `_getServer of node:cluster, and the handle of a server in a worker: ${policy}`,
    FEATURE,
    async () => {
      const inPrimary = `
  worker.on('listening', ({ port }) => {
    show.isDistributing = internals.isDistributing(handles.at(-1));
    // The handle for the worker is not a connection.
    show.untaken = internals.hasUntakenConnection(handles.at(-1));
    net.connect(port, '127.0.0.1').on('error', () => {});
  });
  worker.on('message', (message) => { Object.assign(show, message); end(); });`;
      const inWorker = `
  const seen = [];
  internals.onWorkerListening((server) => seen.push(server));
  const server = net.createServer(() => {
    const servers = internals.activeServers();
    const before = JSON.stringify(server.address());
    internals.closeWorkerSocket(server);
    const isSame = JSON.stringify(server.address()) === before;
    const isReal = 'open' in server._handle;
    setTimeout(() => process.send({
      isSeen: seen.length === 1 && seen[0] === server, isActive: servers.length === 1 && servers[0] === server, isSame, isReal,
    }));
  }).listen(0, '127.0.0.1');`;
      assert.deepEqual(await run(policy, inPrimary, inWorker), {
        isClusterWorker: true,
        isDistributing: policy === 'SCHED_RR',
        untaken: false,
        isSeen: true,
        isActive: true,
        isSame: true,
        isReal: policy === 'SCHED_NONE',
      });
    },
  );
}
