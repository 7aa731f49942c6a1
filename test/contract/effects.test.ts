// Checks on this Node the undocumented parts that src/node-internals/effects.cts uses: each kind of effect is noticed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { watchEffects } from '../../src/node-internals/effects.cts';
import { inputBindings } from '../../src/node-internals/bindings.cts';
import { contract } from '../helpers/contract.ts';
import { Project } from '../helpers/project.ts';

const FEATURE = '`--ahead packages` repeats the effects of packages, or runs none of them';

const EFFECTS: readonly (readonly [what: string, source: string])[] = [
  ['prints', "console.log('effect');"],
  ['prints an error', "console.error('effect');"],
  ['writes a file', "require('node:fs').writeFileSync(file, '');"],
  ['appends to a file', "require('node:fs').appendFileSync(file, 'x');"],
  ['creates a folder', "require('node:fs').mkdirSync('folder', { recursive: true });"],
  ['opens a file to write', "require('node:fs').openSync(file, 'a');"],
  ['writes a file later', "require('node:fs').writeFile(file, '', () => {});"],
  ['reads a file later', "require('node:fs/promises').readFile('app.js').catch(() => {});"],
  ['starts a timer', 'setTimeout(() => {}, 1);'],
  ['starts a timer that does not keep the process', 'setInterval(() => {}, 1).unref();'],
  ['warns', "process.emitWarning('effect');"],
  ['does something in the next tick', 'process.nextTick(() => {});'],
  ['does something in a microtask', 'queueMicrotask(() => {});'],
  ['does something after a promise', 'Promise.resolve().then(() => {});'],
  ['does something in the next turn', 'setImmediate(() => {});'],
  ['listens', "require('node:net').createServer().listen(0).unref();"],
  ['connects', "require('node:net').connect(9, '127.0.0.1').on('error', () => {}).unref();"],
  ['looks up a name', "require('node:dns').lookup('localhost', () => {});"],
  ['opens a datagram socket', "require('node:dgram').createSocket('udp4').unref();"],
  ['starts a process', "require('node:child_process').spawn(process.execPath, ['-v']).unref();"],
  ['runs a process', "require('node:child_process').spawnSync(process.execPath, ['-v']);"],
  ['starts a thread', "new (require('node:worker_threads').Worker)('', { eval: true }).unref();"],
  ['sends a signal', 'process.kill(process.pid, 0);'],
  ['changes the folder', "process.chdir('.');"],
  ['lists a folder', "require('node:fs').readdirSync('.');"],
  ['does something when random bytes are there', "require('node:crypto').randomBytes(8, () => {});"],
  [
    'changes the context of what follows',
    "new (require('node:async_hooks').AsyncLocalStorage)().enterWith(1);",
  ],
  ['prints past the streams', "process._rawDebug('');"],
  ['watches a file', "require('node:fs').watch('.').unref();"],
];

/**
 * Runs a source under watch, and returns what was noticed while it ran, and when promises were settled.
 *
 * @param file absolute path that the source may write: some do so after the working directory has changed back
 */
async function effectsOf(source: string, { file = '', files = [] as string[] } = {}): Promise<string[]> {
  const found: string[] = [];
  // The test runner goes on afterwards.
  let isOver = false;
  const watch = watchEffects({
    // In a standby, it does not return.
    onEffect: ((what: string) => void found.push(what)) as never,
    onFile: (path, how) => void (how === 'list' ? found.push('list') : files.push(path)),
    current: () => 'package',
    isOurs: () => isOver,
    ownFd: -1,
  });
  assert.ok(watch);
  vm.compileFunction(source, ['require', 'file'])(createRequire(import.meta.url), file);
  isOver = true;
  watch.loaded();
  await new Promise(setImmediate);
  watch.end();
  return found;
}

for (const [what, source] of EFFECTS) {
  contract(`process.binding and async_hooks tell that code ${what}`, FEATURE, async () => {
    using project = new Project({});
    const before = process.cwd();
    process.chdir(project.dir);
    try {
      assert.notDeepEqual(await effectsOf(source, { file: project.path('other') }), []);
    } finally {
      process.chdir(before);
      process.stdin.pause();
    }
  });
}

contract('process.binding and async_hooks: what stays inside the process is no effect', FEATURE, async () => {
  using project = new Project({ 'a.txt': 'a' });
  const path = JSON.stringify(project.path('a.txt'));
  const files: string[] = [];
  const found = await effectsOf(
    `const fs = require('node:fs');
fs.readFileSync(${path}); fs.statSync(${path}); fs.existsSync(${path}); fs.closeSync(fs.openSync(${path}));
globalThis.effectsTest = new Map(); Date.now(); Math.random(); process.hrtime(); process.cwd(); process.env.HOME;
require('node:crypto').createHash('sha1').update('a').digest('hex');
new Promise(() => {}); Promise.resolve(); process.on('exit', () => {}); new (require('node:events'))();
new (require('node:async_hooks').AsyncResource)('mine'); process.stdout.isTTY; process.stderr.columns;`,
    { files },
  );
  assert.deepEqual(found, []);
  assert.deepEqual([...new Set(files)], [project.path('a.txt')]);
});

contract('process.binding can be restored', FEATURE, async () => {
  const functions = (): unknown[] => [
    ...['kill', 'emitWarning'].map((name): unknown => Reflect.get(process, name)),
    Reflect.get(inputBindings()?.tty ?? {}, 'readStart'),
  ];
  const before = functions();
  const found = await effectsOf('globalThis.keptKill = process.kill;');
  const { keptKill } = globalThis as unknown as { keptKill: typeof process.kill };
  fs.existsSync('.');
  keptKill(process.pid, 0);
  assert.deepEqual(found, []);
  assert.deepEqual(functions(), before);
});
