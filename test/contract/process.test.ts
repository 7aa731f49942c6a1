// Checks on this Node the undocumented parts that src/node-internals/process.cts uses, except the IPC channel, and other facts about
// processes without documentation.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import fs from 'node:fs';
import module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { inputBindings } from '../../src/node-internals/bindings.cts';
import { HOOK_FRAMES, moduleInternals } from '../../src/node-internals/process.cts';
import type { SpawnOptions, Spawning } from '../../src/node-internals/process.cts';
import { contract, outputOf, startChild } from '../helpers/contract.ts';
import { Project } from '../helpers/project.ts';

const linux = { skip: process.platform !== 'linux' && 'needs /proc and `script`: Linux' };

contract('process.reallyExit', 'pending records are lost at process.exit()', async () => {
  const child = startChild(`
    internals.beforeReallyExit(() => console.log('last'));
    process.on('exit', () => console.log('exit'));
    process.exit(7);`);
  assert.equal(await outputOf(child), 'exit\nlast');
  assert.equal(child.exitCode, 7);
});

contract(
  'process.binding of tty_wrap and spawn_sync',
  'typed lines go to the program from the start, although it does not read',
  () => {
    const { tty, spawnSync: binding } = inputBindings()!;
    assert.deepEqual([typeof tty.readStart, typeof tty.setRawMode], ['function', 'function']);
    const { spawn } = binding;
    const seen: unknown[] = [];
    Object.defineProperty(binding, 'spawn', {
      value: (options: { readonly stdio?: readonly { readonly fd?: number }[] }) => {
        seen.push(options.stdio?.[0]?.fd);
        return spawn.call(binding, options);
      },
      writable: true,
      configurable: true,
    });
    try {
      spawnSync(process.execPath, ['--version'], { stdio: [0, 'ignore', 'ignore'] });
    } finally {
      Object.defineProperty(binding, 'spawn', { value: spawn, writable: true, configurable: true });
    }
    assert.deepEqual(seen, [0]);
  },
);

contract('module._resolveFilename and module._cache', 'modules that `require` loads are not recorded', () => {
  using project = new Project({ 'package.json': '{}', 'a.js': '' });
  const internals = moduleInternals;
  const load = createRequire(project.path('main.js'));
  assert.equal(internals._cache, load.cache);
  const { _resolveFilename: original } = internals;
  const seen: unknown[] = [];
  internals._resolveFilename = function (request, parent, isMain, ...rest) {
    seen.push(request, parent?.filename);
    return original.call(this, request, parent, isMain, ...rest);
  };
  try {
    load('./a.js');
  } finally {
    internals._resolveFilename = original!;
  }
  assert.deepEqual(seen, ['./a.js', project.path('main.js')]);
});

contract(
  '_findPath, _resolveLookupPaths and _nodeModulePaths of node:module',
  'a standby is less warm',
  () => {
    using project = new Project({ 'package.json': '{}', 'node_modules/p/index.js': '' });
    const { _findPath, _resolveLookupPaths, _nodeModulePaths } = moduleInternals;
    const filename = project.path('main.js');
    const parent = { id: filename, filename, paths: _nodeModulePaths!(project.dir) };
    const found = _findPath!('p', _resolveLookupPaths!('p', parent), false);
    assert.equal(found, project.path(join('node_modules', 'p', 'index.js')));
  },
);

contract('stack frames of a resolve hook', 'frames of the app are missing in errors', () => {
  if (!('registerHooks' in module)) return;
  const count = `
    Error.stackTraceLimit = 100;
    try { require('./missing') } catch (error) { console.log(error.stack.split('\\n    at ').length) }`;
  const hook = `require('node:module').registerHooks({ resolve: (specifier, context, next) => next(specifier, context) });`;
  const frames = [count, hook + count].map((code) =>
    Number(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout),
  );
  // The hook of autoreload has two more frames.
  const added = frames[1]! - frames[0]! + 2;
  assert.ok(added > 2 && added <= HOOK_FRAMES, `${added} frames`);
});

contract(
  'setBlocking of a pipe',
  'fs.writeSync() of a long text fails where hooks run off-thread',
  async () => {
    const child = startChild(
      'console.log(typeof process.stdout._handle.setBlocking); internals.setBlocking(process.stdout); process.disconnect()',
    );
    assert.equal(await outputOf(child), process.platform === 'win32' ? 'undefined' : 'function');
  },
);

contract(
  'fd of the handle of a terminal',
  'each line read from a terminal leaks a descriptor',
  () => {
    const file = JSON.stringify(join(import.meta.dirname, '../../src/node-internals/process.cjs'));
    const code = `const stream = new (require('node:tty').ReadStream)(require('node:fs').openSync('/dev/tty', 'r'));
      console.log(String(Number.isInteger(require(${file}).descriptorOf(stream)))); stream.destroy();`;
    using project = new Project({ 'tty.cjs': code });
    const { stdout } = spawnSync(
      'script',
      ['-qec', `'${process.execPath}' '${project.path('tty.cjs')}'`, '/dev/null'],
      { encoding: 'utf8' },
    );
    assert.equal(stdout.trim(), 'true');
  },
  linux,
);

contract('spawn() of a new ChildProcess', 'processes that the app starts are not recorded', async () => {
  let seen: Partial<SpawnOptions> = {};
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: Spawning };
    const { spawn } = child;
    child.spawn = (options, ...rest) => {
      seen = { ...options, stdio: [...(options.stdio as unknown[])] };
      assert.equal(child.pid, undefined);
      return spawn!.call(child, options, ...rest);
    };
  });
  const child = startChild('process.disconnect()', { env: { ...process.env, CONTRACT: '1' } });
  await once(child, 'close');
  assert.equal(seen.file, process.execPath);
  assert.equal(seen.args?.[1], '-e');
  assert.ok(seen.envPairs?.includes('CONTRACT=1'));
  assert.deepEqual(seen.stdio, ['ignore', 'pipe', 'inherit', 'ipc']);
});

contract('process._eval', '`node -e` is supervised', async () => {
  assert.match(
    await outputOf(startChild('console.log(process._eval); process.disconnect()')),
    /process\._eval/,
  );
});

contract(
  'close-on-exec for the first 16 descriptors',
  'processes that the app starts inherit the descriptors of the supervisor',
  () => {
    const code = `for (let fd = 3; fd < 16; fd++) {
      const [, flags] = /flags:\\s*(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/fdinfo/' + fd, 'utf8'));
      if (!(parseInt(flags, 8) & 0o2000000)) console.log(fd);
    }`;
    const fd = fs.openSync('/dev/null', 'r');
    const stdio = ['ignore', 'pipe', 'inherit', ...Array.from({ length: 13 }, () => fd)] as const;
    const { stdout } = spawnSync(process.execPath, ['-e', code], { stdio: [...stdio], encoding: 'utf8' });
    fs.closeSync(fd);
    assert.equal(stdout, '');
  },
  linux,
);

contract(
  'NODE_TEST_CONTEXT and WATCH_REPORT_DEPENDENCIES',
  'test files and `node --watch` are supervised',
  () => {
    using project = new Project({ 'a.test.js': `console.log('context', process.env.NODE_TEST_CONTEXT)` });
    const env = { ...process.env };
    delete env['NODE_TEST_CONTEXT'];
    const test = spawnSync(process.execPath, ['--test', project.path('a.test.js')], {
      env,
      encoding: 'utf8',
    });
    assert.match(test.stdout, /context child/);
    project.write(
      'b.js',
      `import fs from 'node:fs';
    fs.writeFileSync('found', String(process.env.WATCH_REPORT_DEPENDENCIES));
    process.kill(process.ppid);`,
    );
    spawnSync(process.execPath, ['--watch', 'b.js'], { env, cwd: project.dir });
    assert.equal(project.read('found'), '1');
  },
);
