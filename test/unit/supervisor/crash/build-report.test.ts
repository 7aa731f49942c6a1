import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { encodeReport, parseReport } from '../../../../src/shared/crash-report.ts';
import { buildReport } from '../../../../src/supervisor/crash/build-report.ts';
import type { Crash } from '../../../../src/supervisor/crash/build-report.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

const CRASH: Crash = {
  ended: { code: 1, signal: null },
  error:
    'Error: x\n    at f (/app/src/a.js:1:2)\n    at file:///app/app.js:1:1\n    at /app/node_modules/p/i.js:1:1',
  program: { cwd: '/app', entry: '/app/app.js' },
  missing: undefined,
  modules: ['/app/app.js', '/app/src/a.js', '/app/node_modules/p/i.js'],
  read: (path) => `in ${path}`,
};

test('a report names the program, the error, its location and the awaited files', posix, () => {
  assert.deepEqual(buildReport(CRASH), {
    title: 'app.js failed with exit code 1',
    error: 'Error: x\n    at f (src/a.js:1:2)\n    at app.js:1:1\n    at node_modules/p/i.js:1:1',
    frame: { path: 'src/a.js', line: 1, column: 2, code: '> 1 | in /app/src/a.js\n    |  ^' },
    waitingFor: ['app.js', 'src/a.js'],
    others: 1,
  });
});

test('a missing file is the first awaited file', posix, () => {
  assert.deepEqual(buildReport({ ...CRASH, missing: '/app/src/new.js' }).waitingFor, [
    'src/new.js',
    'app.js',
    'src/a.js',
  ]);
});

test('without an error, the title is the line on the terminal', posix, () => {
  for (const [ended, title] of [
    [{ code: 3, signal: null }, 'app.js failed with exit code 3'],
    [{ code: null, signal: 'SIGSEGV' }, 'app.js was killed by SIGSEGV'],
  ] as const) {
    const report = buildReport({ ...CRASH, ended, error: undefined });
    assert.deepEqual([report.title, report.error, report.frame], [title, undefined, undefined]);
  }
});

test('a report on a program that has completed contains no error', posix, () => {
  const report = buildReport({ ...CRASH, ended: { code: 0, signal: null }, missing: '/app/old.js' });
  assert.deepEqual(report, {
    title: 'app.js has ended with exit code 0',
    error: undefined,
    frame: undefined,
    waitingFor: ['app.js', 'src/a.js'],
    others: 1,
  });
});

test('only lines of loaded files outside of packages are shown', posix, () => {
  for (const path of ['/app/.env', '/etc/passwd', '/app/node_modules/p/i.js']) {
    const error = `${path}:1\nx\n^\n\nError\n    at ${path}:1:1`;
    assert.equal(buildReport({ ...CRASH, error }).frame, undefined, path);
    assert.equal(
      buildReport({ ...CRASH, error: 'Error', location: { path, line: 1, column: 1 } }).frame,
      undefined,
    );
  }
});

test('a location from elsewhere than the error is shown', posix, () => {
  const location = { path: '/app/src/a.js', line: 1, column: undefined };
  assert.equal(
    buildReport({ ...CRASH, error: 'SyntaxError: x', location }).frame?.code,
    '> 1 | in /app/src/a.js',
  );
});

test('only paths below the working directory become relative', posix, () => {
  const error = 'x /app/a, "/app/b" (/app/c) /lib/app/d /application/e file:///app/f /app';
  assert.equal(buildReport({ ...CRASH, error }).error, 'x a, "b" (c) /lib/app/d /application/e f /app');
  assert.equal(buildReport({ ...CRASH, program: { ...CRASH.program, cwd: '/' }, error }).error, error);
});

test('control sequences are removed', posix, () => {
  assert.equal(buildReport({ ...CRASH, error: '\u001B[31mred\u001B[39m' }).error, 'red');
});

test('files above the maximum are counted', posix, () => {
  const modules = Array.from({ length: 60 }, (_, i) => `/app/${i}.js`);
  const { waitingFor, others } = buildReport({ ...CRASH, modules });
  assert.deepEqual([waitingFor.length, others], [50, 10]);
});

test('a report takes one line and is parsed unchanged', posix, () => {
  const report = buildReport(CRASH);
  const line = encodeReport(report);
  assert.equal(line.trim().split('\n').length, 1);
  assert.deepEqual(parseReport(line), report);
});
