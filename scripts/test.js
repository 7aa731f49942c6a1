// Runs the compiled tests: `node scripts/test.js [suite ...] [part of a file name ...]`.
// It lists the files itself because `node --test` takes globs and directories differently
// from one Node version to the next, and cmd.exe expands neither.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { installPackages } from './packages.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cores = availableParallelism();

/** Maximum number of concurrent files, by suite. An e2e test spends half of its time waiting for processes. */
const suites = { unit: cores, contract: cores, e2e: 4 * cores, package: 1 };

/** Durations of the last run by file (ms). The longest files start first, so that the last file does not run alone. */
const DURATIONS = join(root, 'node_modules', '.cache', 'autoreload', 'durations.json');
const durations = existsSync(DURATIONS) ? JSON.parse(readFileSync(DURATIONS, 'utf8')) : {};

const args = process.argv.slice(2);
const chosen = args.filter((arg) => Object.hasOwn(suites, arg));
const filters = args.filter((arg) => !Object.hasOwn(suites, arg));

const runs = (chosen.length > 0 ? chosen : Object.keys(suites)).map((suite) => ({
  suite,
  files: testFiles(suite),
}));

const empty = runs.filter(({ files }) => files.length === 0);
// A filter may match files of one suite only. Without a filter, a suite without files is a mistake.
if (filters.length > 0 ? empty.length === runs.length : empty.length > 0) {
  const names = empty.map(({ suite }) => suite).join(', ');
  const matching = filters.length > 0 ? ` matching ${filters.join(', ')}` : '';
  console.error(`No test files${matching} in: ${names}. Are the tests compiled? npm run build:test`);
  process.exit(1);
}

const packages = runs.some(({ suite, files }) => suite === 'e2e' && files.length > 0) && packagesOrExit();

for (const name of Object.keys(process.env)) if (isForeign(name)) delete process.env[name];
if (packages) process.env.TEST_PACKAGES = packages;

/** Only npm needs these certificates. Node 20 reads them at each start, which may take 40 ms. */
const certificates = process.env.NODE_EXTRA_CA_CERTS;

// A process that a failed test left running may hold the pipes of this process, which would then never exit.
setTimeout(() => process.exit(1), 900_000).unref();
for (const { suite, files } of runs) {
  if (files.length > 0 && !(await passes(suite, files))) process.exitCode = 1;
}
mkdirSync(dirname(DURATIONS), { recursive: true });
writeFileSync(DURATIONS, JSON.stringify(durations));
process.exit();

function testFiles(suite) {
  const folder = join(root, 'build', 'test', suite);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .map((name) => join(folder, name))
    .toSorted((a, b) => expected(b) - expected(a));
}

/** Returns the folder of the packages that test/helpers/packages.ts links into e2e test programs. Exits if npm fails. */
function packagesOrExit() {
  try {
    return installPackages();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** Expected duration of a file (ms); for a file without a last run, a guess from its size. */
function expected(file) {
  return durations[relative(root, file)] ?? statSync(file).size;
}

async function passes(suite, files) {
  const concurrency = Number(process.env.TEST_CONCURRENCY ?? suites[suite]);
  console.log(`\n${suite}: ${files.length} files, Node ${process.version}`);
  if (suite === 'package' && certificates) process.env.NODE_EXTRA_CA_CERTS = certificates;
  else delete process.env.NODE_EXTRA_CA_CERTS;
  let isPassed = true;
  const times = {};
  const add = ({ file, nesting, details }) => {
    if (nesting > 0 || file === undefined) return;
    const name = relative(root, file);
    times[name] = (times[name] ?? 0) + details.duration_ms;
  };
  const results = run({ files, concurrency, timeout: 300_000 })
    .on('test:pass', add)
    .on('test:fail', () => (isPassed = false));
  for await (const text of results.compose(new spec())) process.stdout.write(text);
  Object.assign(durations, times);
  return isPassed;
}

/** Whether a variable comes from the shell, editor or test runner of the user, and could change test results. */
function isForeign(name) {
  return name === 'NODE_OPTIONS' || name === 'NODE_TEST_CONTEXT' || name.startsWith('AUTORELOAD_');
}
