// Runs the compiled tests: `node scripts/test.js [suite ...] [part of a file name ...] [--not=part ...]`.
// It lists the files itself because `node --test` takes globs and directories differently
// from one Node version to the next, and cmd.exe expands neither.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { installPackages } from './packages.js';

const root = fileURLToPath(new URL('..', import.meta.url));

// e2e and package tests start several processes each and measure time: more at once than this
// makes them wait for each other.
const suites = { unit: availableParallelism(), contract: availableParallelism(), e2e: 4, package: 1 };

/** The files that take longest begin first: at the end none of them runs alone. */
const LONG = [
  'tracked',
  'lost-saves',
  'broken-programs',
  'polling',
  'orphans',
  'drain',
  'held-sockets',
  'descendants',
  'docs-examples',
  'require-loaders',
  'save-patterns',
  'graceful-stop',
  'loaders',
  'companions',
];

const args = process.argv.slice(2);
const chosen = args.filter((arg) => Object.hasOwn(suites, arg));
const without = args.filter((arg) => arg.startsWith('--not=')).map((arg) => arg.slice('--not='.length));
const filters = args.filter((arg) => !Object.hasOwn(suites, arg) && !arg.startsWith('--not='));

const runs = (chosen.length > 0 ? chosen : Object.keys(suites)).map((suite) => ({
  suite,
  files: testFiles(suite),
}));

const empty = runs.filter(({ files }) => files.length === 0);
// A filter may well name files of one suite only; without one, a suite without files is a mistake.
if (filters.length > 0 ? empty.length === runs.length : empty.length > 0) {
  const names = empty.map(({ suite }) => suite).join(', ');
  const matching = filters.length > 0 ? ` matching ${filters.join(', ')}` : '';
  console.error(`No test files${matching} in: ${names}. Are the tests compiled? npm run build:test`);
  process.exit(1);
}

const packages = runs.some(({ suite, files }) => suite === 'e2e' && files.length > 0) && packagesOrExit();

for (const name of Object.keys(process.env)) if (isForeign(name)) delete process.env[name];
if (packages) process.env.TEST_PACKAGES = packages;

// A process that a failing test left behind may keep its pipes, and so this process.
setTimeout(() => process.exit(1), 900_000).unref();
for (const { suite, files } of runs) {
  if (files.length > 0 && !(await passes(suite, files))) process.exitCode = 1;
}
process.exit();

function testFiles(suite) {
  const folder = join(root, 'build', 'test', suite);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => !without.some((part) => name.includes(part)))
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b))
    .map((name) => join(folder, name));
}

/** What test/helpers/packages.ts links into the programs of the e2e tests. */
function packagesOrExit() {
  try {
    return installPackages();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

function rankOf(name) {
  const rank = LONG.indexOf(basename(name, '.test.js'));
  return rank === -1 ? LONG.length : rank;
}

async function passes(suite, files) {
  const concurrency = Number(process.env.TEST_CONCURRENCY ?? suites[suite]);
  console.log(`\n${suite}: ${files.length} files, Node ${process.version}`);
  let isPassed = true;
  const results = run({ files, concurrency, timeout: 300_000 }).on('test:fail', () => (isPassed = false));
  for await (const text of results.compose(new spec())) process.stdout.write(text);
  return isPassed;
}

/** What the caller's shell, editor or own test runner has set must not change what is tested. */
function isForeign(name) {
  return name === 'NODE_OPTIONS' || name === 'NODE_TEST_CONTEXT' || name.startsWith('AUTORELOAD_');
}
