import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { encodeReport, parseReport } from '../../../../src/shared/crash-report.ts';
import { reportOf } from '../../../../src/supervisor/crash/build-report.ts';
import type { Downfall } from '../../../../src/supervisor/crash/build-report.ts';

const posix = { skip: sep !== '/' };

const DOWNFALL: Downfall = {
  ended: { code: 1, signal: null },
  error:
    'Error: x\n    at f (/app/src/a.js:1:2)\n    at file:///app/app.js:1:1\n    at /app/node_modules/p/i.js:1:1',
  cwd: '/app',
  entry: '/app/app.js',
  missing: undefined,
  modules: ['/app/app.js', '/app/src/a.js', '/app/node_modules/p/i.js'],
  read: (path) => `in ${path}`,
};

test('what has ended, why, where, and what is waited for', posix, () => {
  assert.deepEqual(reportOf(DOWNFALL), {
    title: 'app.js failed with exit code 1',
    error: 'Error: x\n    at f (src/a.js:1:2)\n    at app.js:1:1\n    at node_modules/p/i.js:1:1',
    frame: { path: 'src/a.js', line: 1, column: 2, code: '> 1 | in /app/src/a.js\n    |  ^' },
    waitingFor: ['app.js', 'src/a.js'],
    others: 1,
  });
});

test('a missing file is what is waited for first', posix, () => {
  assert.deepEqual(reportOf({ ...DOWNFALL, missing: '/app/src/new.js' }).waitingFor, [
    'src/new.js',
    'app.js',
    'src/a.js',
  ]);
});

test('without an error, the line of the terminal has to do', posix, () => {
  for (const [ended, title] of [
    [{ code: 3, signal: null }, 'app.js failed with exit code 3'],
    [{ code: null, signal: 'SIGSEGV' }, 'app.js was killed by SIGSEGV'],
  ] as const) {
    const report = reportOf({ ...DOWNFALL, ended, error: undefined });
    assert.deepEqual([report.title, report.error, report.frame], [title, undefined, undefined]);
  }
});

test('a program that has ended well is down as well, and nothing was wrong', posix, () => {
  const report = reportOf({ ...DOWNFALL, ended: { code: 0, signal: null }, missing: '/app/old.js' });
  assert.deepEqual(report, {
    title: 'app.js has ended with exit code 0',
    error: undefined,
    frame: undefined,
    waitingFor: ['app.js', 'src/a.js'],
    others: 1,
  });
});

test('only lines of files that the program has loaded are shown, and none of packages', posix, () => {
  for (const path of ['/app/.env', '/etc/passwd', '/app/node_modules/p/i.js']) {
    const error = `${path}:1\nx\n^\n\nError\n    at ${path}:1:1`;
    assert.equal(reportOf({ ...DOWNFALL, error }).frame, undefined, path);
    assert.equal(
      reportOf({ ...DOWNFALL, error: 'Error', place: { path, line: 1, column: 1 } }).frame,
      undefined,
    );
  }
});

test('a place that the error does not name itself is shown', posix, () => {
  const place = { path: '/app/src/a.js', line: 1, column: undefined };
  assert.equal(
    reportOf({ ...DOWNFALL, error: 'SyntaxError: x', place }).frame?.code,
    '> 1 | in /app/src/a.js',
  );
});

test('only paths below the working directory are shortened', posix, () => {
  const error = 'x /app/a, "/app/b" (/app/c) /lib/app/d /application/e file:///app/f /app';
  assert.equal(reportOf({ ...DOWNFALL, error }).error, 'x a, "b" (c) /lib/app/d /application/e f /app');
  assert.equal(reportOf({ ...DOWNFALL, cwd: '/', error }).error, error);
});

test('control sequences are taken out', posix, () => {
  assert.equal(reportOf({ ...DOWNFALL, error: '\u001B[31mred\u001B[39m' }).error, 'red');
});

test('of many files the rest is counted', posix, () => {
  const modules = Array.from({ length: 60 }, (_, i) => `/app/${i}.js`);
  const { waitingFor, others } = reportOf({ ...DOWNFALL, modules });
  assert.deepEqual([waitingFor.length, others], [50, 10]);
});

test('a report comes back as it was, and takes one line', posix, () => {
  const report = reportOf(DOWNFALL);
  const line = encodeReport(report);
  assert.equal(line.trim().split('\n').length, 1);
  assert.deepEqual(parseReport(line), report);
});
