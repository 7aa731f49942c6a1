// Runs the compiled tests: `node scripts/test.js [suite ...] [part of a file name ...] [--not=part ...]`.
// It lists the files itself because `node --test` takes globs and directories differently
// from one Node version to the next, and cmd.exe expands neither.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './packages.js';

const root = fileURLToPath(new URL('..', import.meta.url));

// e2e and package tests start several processes each and measure time: more at once than this
// makes them wait for each other. 0 leaves the number to Node.
const suites = { unit: 0, e2e: 4, package: 1 };

const args = process.argv.slice(2);
const chosen = args.filter((arg) => Object.hasOwn(suites, arg));
const without = args.filter((arg) => arg.startsWith('--not=')).map((arg) => arg.slice('--not='.length));
const filters = args.filter((arg) => !Object.hasOwn(suites, arg) && !arg.startsWith('--not='));

const runs = (chosen.length > 0 ? chosen : Object.keys(suites)).map((suite) => ({
  suite,
  files: testFiles(suite),
}));

const empty = runs.filter((run) => run.files.length === 0);
// A filter may well name files of one suite only; without one, a suite without files is a mistake.
if (filters.length > 0 ? empty.length === runs.length : empty.length > 0) {
  const names = empty.map((run) => run.suite).join(', ');
  const matching = filters.length > 0 ? ` matching ${filters.join(', ')}` : '';
  console.error(`No test files${matching} in: ${names}. Are the tests compiled? npm run build:test`);
  process.exit(1);
}

const packages = runs.some(({ suite, files }) => suite === 'e2e' && files.length > 0) && packagesOrExit();

for (const { suite, files } of runs) {
  if (files.length > 0) process.exitCode = runSuite(suite, files) || process.exitCode;
}

function testFiles(suite) {
  const folder = join(root, 'build', 'test', suite);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => !without.some((part) => name.includes(part)))
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .toSorted()
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

function runSuite(suite, files) {
  const concurrency = process.env.TEST_CONCURRENCY ?? suites[suite];
  const flags = ['--test', '--test-reporter=spec', '--test-timeout=120000'];
  if (Number(concurrency) > 0) flags.push(`--test-concurrency=${concurrency}`);

  console.log(`\n${suite}: ${files.length} files, Node ${process.version}`);
  const { status, signal, error } = spawnSync(process.execPath, [...flags, ...files], {
    cwd: root,
    env: { ...cleanEnvironment(), ...(packages && { TEST_PACKAGES: packages }) },
    stdio: 'inherit',
    // A process that a failing test left behind would keep the runner waiting for its output.
    timeout: 600_000,
  });
  if (error && error.code !== 'ETIMEDOUT') throw error;
  return signal ? 128 + constants.signals[signal] : status;
}

/** What the caller's shell, editor or own test runner has set must not change what is tested. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name !== 'NODE_OPTIONS' && name !== 'NODE_TEST_CONTEXT' && !name.startsWith('AUTORELOAD_'),
    ),
  );
}
