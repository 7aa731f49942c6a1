// Programs behave the same with and without autoreload: process state, output, errors and exit. process-state.test.ts compares
// the ways to start a program.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOOK } from '../../helpers/look.ts';
import { installAutoreload, usePackages } from '../../helpers/packages.ts';
import { play, unlike } from '../../helpers/play.ts';
import type { Program } from '../../helpers/play.ts';
import { Project } from '../../helpers/project.ts';

const SHOW_CJS = "const { show } = require('./look.cjs');\n";
const SHOW_ESM = "import look from './look.cjs';\nconst { show } = look;\n";

const PROGRAMS: readonly Program[] = [
  {
    name: 'a CommonJS program and its modules',
    entry: 'app.cjs',
    files: {
      'app.cjs': `${SHOW_CJS}show('before');
require('./a.cjs');
show('after');
import('./c.mjs').then(() => show('later'));
`,
      'a.cjs': "console.log(require('./b.cjs'), module.parent === require.main, module.children.length);\n",
      'b.cjs': 'module.exports = [module.parent.id, require.main.id, module.paths, __filename];\n',
      'c.mjs': "import './b.cjs';\nconsole.log(import.meta.url, Object.keys(import.meta));\n",
    },
  },
  {
    name: 'an ES module and its imports',
    entry: 'app.js',
    files: {
      'app.js': `${SHOW_ESM}import { createRequire } from 'node:module';
show('all');
console.log(Object.keys(import.meta), import.meta.url, import.meta.resolve('./a.cjs'));
console.log(createRequire(import.meta.url)('./a.cjs'), Object.keys(await import('./a.cjs')));
`,
      'a.cjs': 'module.exports = [String(module.parent), require.main?.id, module.id];\nexports.a = 1;\n',
    },
  },
  {
    name: 'the properties of `process`, non-enumerable ones included',
    entry: 'app.cjs',
    files: {
      'app.cjs': "const { shape, show } = require('./look.cjs');\nshow('main', shape('process', process));\n",
    },
  },
  {
    name: 'worker threads, and the messages between them and the main thread',
    mixes: true,
    entry: 'app.cjs',
    files: {
      'app.cjs': `const { Worker } = require('node:worker_threads');
async function start(file, options) {
  const worker = new Worker(file, options);
  console.log(worker instanceof Worker, worker.constructor === Worker, Object.keys(worker));
  console.log(worker.eventNames().map(String));
  const got = [];
  for (const name of ['online', 'message', 'messageerror', 'error']) worker.on(name, (value) => got.push([name, value]));
  worker.postMessage({ to: 'the worker' });
  const code = await new Promise((resolve) => worker.on('exit', resolve));
  // Messages and errors arrive through different channels, in either order.
  console.log(file, code, got.sort(([a], [b]) => a < b ? -1 : 1));
}
(async () => {
  await start('./worker.cjs');
  await start('./worker.mjs', { workerData: 1, argv: ['a'], execArgv: [], env: { A: '1' } });
  await start('require("./worker.cjs")', { eval: true, stdout: false });
  await start('./throws.cjs');
})();
`,
      'worker.cjs': `${SHOW_CJS}const { parentPort } = require('node:worker_threads');
show('worker');
parentPort.on('message', (message) => { parentPort.postMessage(['got', message]); parentPort.close(); });
`,
      'worker.mjs': `${SHOW_ESM}import { parentPort, workerData } from 'node:worker_threads';
show('ESM worker');
parentPort.once('message', (message) => { parentPort.postMessage([message, workerData]); process.exit(4); });
`,
      'throws.cjs': "throw new TypeError('in a worker');\n",
    },
  },
  {
    name: 'forked processes, and the messages between them and their parent',
    mixes: true,
    entry: 'app.cjs',
    files: {
      'app.cjs': `const { fork, execFileSync } = require('node:child_process');
async function start(file, options) {
  const child = fork(file, ['one'], options);
  console.log(Object.keys(child), child.spawnargs, child.eventNames().map(String));
  const got = [];
  child.on('message', (message) => got.push(message));
  child.send({ to: 'the child' });
  const gone = new Promise((resolve) => child.on('disconnect', resolve));
  const end = await new Promise((resolve) => child.on('exit', (...all) => resolve(all)));
  await gone;
  console.log(file, end, got);
}
(async () => {
  await start('./child.cjs');
  await start('./child.cjs', { execArgv: [], serialization: 'advanced' });
  await start('./child.mjs', { env: {} });
  console.log(String(execFileSync(process.execPath, ['plain.cjs'])));
})();
`,
      'child.cjs': `${SHOW_CJS}show('child');
process.on('message', (message) => { process.send(['got', message]); process.exitCode = 3; process.disconnect(); });
`,
      'child.mjs': `${SHOW_ESM}show('ESM child');
process.once('message', (message) => { process.send(message); process.disconnect(); });
`,
      'plain.cjs': `${SHOW_CJS}show('plain');\n`,
    },
  },
  {
    name: 'a cluster, and the messages between its processes',
    mixes: true,
    entry: 'app.cjs',
    files: {
      'app.cjs': `${SHOW_CJS}const cluster = require('node:cluster');
if (cluster.isPrimary) {
  const worker = cluster.fork({ ROLE: 'worker' });
  for (const name of ['fork', 'online', 'message', 'disconnect']) {
    worker.on(name, (value) => console.log(name, JSON.stringify(value)));
  }
  worker.on('online', () => worker.send('go'));
  cluster.on('exit', (_, ...end) => { show('primary'); console.log(end, worker.exitedAfterDisconnect); });
} else {
  process.on('message', (message) => {
    show('cluster worker');
    process.send(['got', message]);
    process.exitCode = 5;
    process.disconnect();
  });
}
`,
    },
  },
  ...['process.exit(0)', 'process.exit(3)', 'process.exitCode = 4', "process.emit('SIGTERM')"].map((end) => ({
    name: `an exit by ${end}`,
    entry: 'app.cjs',
    files: {
      'app.cjs': `for (const name of ['beforeExit', 'exit']) process.once(name, (...all) => console.log(name, all));\n${end};\n`,
    },
  })),
  {
    name: 'an uncaught error with a cause',
    entry: 'app.cjs',
    files: {
      'app.cjs': "require('./thrower.cjs').outer();\n",
      'thrower.cjs': `exports.outer = () => { try { inner(); } catch (cause) { throw new Error('outer', { cause }); } };
function inner() { throw Object.assign(new RangeError('inner'), { code: 'E_INNER' }); }
`,
    },
  },
  {
    name: 'an uncaught error in an ES module',
    entry: 'app.js',
    files: {
      'app.js': "import { f } from './thrower.js';\nawait null;\nf();\n",
      'thrower.js': "export const f = () => { throw new Error('from an ES module'); };\n",
    },
  },
  {
    name: 'Error.prepareStackTrace, Error.stackTraceLimit and the stacks of errors',
    entry: 'app.cjs',
    files: {
      'app.cjs': `Error.stackTraceLimit = 50;
console.log(require('./stack.cjs'), Error.stackTraceLimit);
Error.prepareStackTrace = (error, sites) => sites.map((site) => [site.getFileName(), site.getFunctionName()]);
console.log(new Error('x').stack);
`,
      'stack.cjs': 'module.exports = new Error("in a module").stack;\n',
    },
  },
  {
    name: 'an unhandled rejection',
    entry: 'app.js',
    files: {
      'app.js': "async function lose() { await null; throw new Error('nobody waits'); }\nvoid lose();\n",
    },
  },
  {
    name: 'a module that `require` does not find: caught and uncaught errors',
    entry: 'app.cjs',
    files: {
      'app.cjs': `try { require('./none'); } catch (error) { console.log(error.code, error.message, error.requireStack, Object.keys(error)); }
try { require.resolve('nothing'); } catch (error) { console.log(error.code, error.message, error.requireStack); }
require('nothing');
`,
    },
    misses: true,
  },
  {
    name: 'a module that `import` does not find: caught and uncaught errors',
    entry: 'app.js',
    files: {
      'app.js': `for (const name of ['./none.js', 'nothing', '#none', './look.cjs/deep']) {
  try { await import(name); } catch (error) { console.log(error.name, error.code, error.message, error.url, Object.keys(error)); }
}
await import('nothing');
`,
    },
    misses: true,
  },
  {
    name: 'a program under tsx',
    entry: 'app.ts',
    packages: ['tsx'],
    execArgv: ['--import', 'tsx'],
    files: {
      'app.ts': `${SHOW_ESM}import { Part } from './part.ts';\nshow('tsx');\nconsole.log(Part.one);\nthrow new Error('under tsx');\n`,
      'part.ts': "export enum Part { one = 'one' }\n",
    },
  },
  {
    name: 'a program with a handler in require.extensions',
    entry: 'app.cjs',
    files: {
      'app.cjs': `require.extensions['.foo'] = (module, path) => module._compile('module.exports = 7; throw new Error("in foo")', path);
${SHOW_CJS}try { require('./words'); } catch (error) { console.log(error.stack.split('\\n').slice(0, 3)); }
show('extended');
`,
      'words.foo': '',
    },
  },
];

for (const program of PROGRAMS) {
  test(program.name, async () => {
    using project = new Project({ 'look.cjs': LOOK, ...program.files });
    installAutoreload(project);
    usePackages(project, ...(program.packages ?? []));
    const plain = await play(project, program, false);
    const supervised = await play(project, program, true);
    // Compares the differing lines first, for a short failure message.
    assert.deepEqual(unlike(supervised, plain), unlike(plain, supervised));
    assert.deepEqual(supervised, plain);
  });
}
