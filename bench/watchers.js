// Defines the command line of each watcher.
import fs from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { findPackages, findPeers } from './peers.js';
import { PROGRAMS } from './programs.js';
import { makeFolder, ROOT } from './program.js';

/** nodemon kills its shell first. Without `exec`, the CPU time of the program would be lost. */
const SHELL_EXEC = process.platform === 'win32' ? '' : 'exec ';

/**
 * The watchers, in the order of the tables. `call` returns `command` and `args`, or undefined if the tool cannot run the program.
 * `programs`: the only ones that it is measured with. `form`: the form it needs. `foreign`: its clock is not that of Node, so its
 * first line counts on arrival.
 */
export function findWatchers() {
  const peers = findPeers();
  const node = copyNode();
  const loader = ({ typescript }) => (typescript ? ['--import', 'tsx'] : []);
  const autoreload = (program) => ({
    command: node,
    args: ['--import', 'autoreload/register', ...loader(program), program.entry],
  });
  const script = (name, ...args) => peers[name] && { command: node, args: [peers[name].path, ...args] };
  const native = (name, ...args) => peers[name] && { command: peers[name].path, args };
  const watchers = {
    autoreload: { call: autoreload },
    'autoreload --ahead packages': {
      call: autoreload,
      programs: ['express', 'fastify', 'heavy'],
      env: { AUTORELOAD_AHEAD: 'packages' },
    },
    'autoreload, no standby': { call: autoreload, programs: ['hello'], env: { AUTORELOAD_STANDBY: '0' } },
    'node --watch': {
      call: (program) => ({
        command: node,
        args: ['--watch', '--watch-preserve-output', ...loader(program), program.entry],
      }),
    },
    'tsx watch': { call: ({ entry }) => script('tsx', 'watch', '--clear-screen=false', entry) },
    nodemon: {
      call: ({ entry, typescript }) =>
        script('nodemon', ...(typescript ? ['--exec', `${SHELL_EXEC}node --import tsx`] : []), entry),
    },
    // Notices no changes of ES modules, and runs TypeScript through ts-node only.
    'node-dev (CommonJS)': {
      form: 'commonjs',
      call: ({ entry }) => script('node-dev', '--notify=false', entry),
    },
    'bun --watch': {
      foreign: true,
      call: ({ entry }) => native('bun', '--watch', '--no-clear-screen', entry),
    },
    // These two run the new code in the old process, which keeps its memory, sockets and timers.
    'bun --hot': {
      foreign: true,
      call: ({ entry }) => native('bun', '--hot', '--no-clear-screen', entry),
    },
    'vite-node --watch': {
      call: ({ entry }) => script('vite-node', '--watch', entry),
    },
    'deno --watch': {
      foreign: true,
      call: ({ entry }) => native('deno', 'run', '-A', '--watch', '--no-clear-screen', entry),
    },
  };
  return {
    watchers,
    cold: (program) => ({ command: node, args: [...loader(program), program.entry] }),
    env: environment(node),
    /** Packages that the programs need besides those of autoreload. */
    packages: findPackages(Object.values(PROGRAMS).flatMap(({ needs = [] }) => needs)),
    versions: versions(peers),
  };
}

/**
 * A copy of the Node binary. PSS divides pages among all processes that map the same file, so other Node processes would make a
 * watcher look small.
 */
function copyNode() {
  const folder = makeFolder();
  const copy = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  fs.copyFileSync(process.execPath, copy, fs.constants.COPYFILE_FICLONE);
  // A binary with a shared library beside it cannot be copied.
  return spawnSync(copy, ['--version']).status === 0 ? copy : process.execPath;
}

/** Environment: the tools find our Node, make no network requests, and store files in a temporary folder. */
function environment(node) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const folder = makeFolder();
  return {
    ...env,
    PATH: `${join(node, '..')}${delimiter}${process.env.PATH}`,
    TMPDIR: folder,
    DENO_DIR: join(folder, 'deno'),
    DENO_NO_UPDATE_CHECK: '1',
    NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
    NO_COLOR: '1',
  };
}

function versions(peers) {
  const { version } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const others = Object.entries(peers).map(([name, peer]) => [name, peer.version]);
  return { node: process.version.slice(1), autoreload: version, ...Object.fromEntries(others) };
}
