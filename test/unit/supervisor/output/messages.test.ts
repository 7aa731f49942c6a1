import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { display, duration } from '../../../../src/supervisor/util/format.ts';
import { explanation, unreportedText, wording } from '../../../../src/supervisor/output/messages.ts';
import type { Context } from '../../../../src/supervisor/output/messages.ts';
import type { Change, Ended, Line } from '../../../../src/supervisor/lifecycle/state.ts';

const posix = { skip: sep !== '/' };

const CONTEXT: Context = {
  cwd: '/app',
  entry: '/app/app.js',
  files: 12,
  missing: undefined,
  grace: 5000,
  mayPress: false,
  isDraining: false,
  chain: (path) => ['/app/app.js', '/app/src/routes.js', path],
};

function change(...paths: readonly string[]): Line {
  const files: Change['files'] = paths.map((path) => ({ path, how: 'changed' }));
  return { kind: 'restarting', change: { at: 0, files } };
}

function waiting(ended: Partial<Ended>): Line {
  return { kind: 'waiting', ended: { code: null, signal: null, ...ended } };
}

test('every line is worded like this', posix, () => {
  for (const [line, text] of [
    [{ kind: 'up', ms: 48 }, 'app.js is up in 48 ms, watching 12 files'],
    [{ kind: 'up', ms: 1234 }, 'app.js is up in 1.2 s, watching 12 files'],
    [change('/app/src/db.js'), 'src/db.js changed (app.js > src/routes.js > src/db.js), restarting'],
    [
      change('/app/a.js', '/app/b.js'),
      'a.js changed (app.js > src/routes.js > a.js), and 1 more, restarting',
    ],
    [change('/app/a.js', 'b', 'c'), 'a.js changed (app.js > src/routes.js > a.js), and 2 more, restarting'],
    [change(), 'files changed and changed back, restarting'],
    [{ kind: 'asked', delay: 0 }, 'app.js asked for a restart (exit code 75), restarting'],
    [{ kind: 'asked', delay: 400 }, 'app.js asked for a restart (exit code 75), restarting in 400 ms'],
    [{ kind: 'asked', delay: 10_000 }, 'app.js asked for a restart (exit code 75), restarting in 10 s'],
    [waiting({ code: 0 }), 'app.js completed, waiting for a change in 12 files'],
    [waiting({ code: 3 }), 'app.js failed with exit code 3, waiting for a change in 12 files'],
    [waiting({ signal: 'SIGKILL' }), 'app.js was ended by SIGKILL, waiting for a change in 12 files'],
    [{ kind: 'slow' }, 'app.js is ending in its own time, waiting for it at most 5 s'],
    [{ kind: 'forcing' }, 'app.js did not end within 5 s, killing it'],
    [{ kind: 'patience', signal: 'SIGINT' }, 'waiting for app.js to end, press Ctrl-C again to force it'],
  ] as const) {
    assert.equal(wording(line, CONTEXT), text);
  }
});

test('a file system that does not report every change is told like this', posix, () => {
  for (const [unreported, text] of [
    [
      { fileSystem: 'NFS', folder: '/app', interval: 250 },
      '/app is on NFS, which does not report every change: polling its files every 250 ms. For another interval set AUTORELOAD_POLL',
    ],
    [
      { fileSystem: '9p', folder: '/app/node_modules/pkg', interval: 2000 },
      'node_modules/pkg is on 9p, which does not report every change: polling its files every 2 s. For another interval set AUTORELOAD_POLL',
    ],
  ] as const) {
    assert.equal(unreportedText(unreported, '/app'), text);
  }
});

test('created and deleted are told as such', posix, () => {
  for (const how of ['created', 'deleted'] as const) {
    const line: Line = { kind: 'restarting', change: { at: 0, files: [{ path: '/app/a.js', how }] } };
    assert.equal(wording(line, { ...CONTEXT, chain: () => [] }), `a.js ${how}, restarting`);
  }
});

test('a file that stands alone in its chain has none', posix, () => {
  const context = { ...CONTEXT, chain: (path: string) => [path] };
  assert.equal(wording(change('/app/app.js'), context), 'app.js changed, restarting');
});

test('a long chain is told without its middle', posix, () => {
  const chainOf = (length: number): string => {
    const chain = (): string[] => Array.from({ length }, (_, i) => `/app/${i}`);
    return wording(change('/app/a.js'), { ...CONTEXT, chain });
  };
  assert.equal(chainOf(5), 'a.js changed (0 > 1 > 2 > 3 > 4), restarting');
  assert.equal(chainOf(6), 'a.js changed (0 > 1 > ... > 4 > 5), restarting');
});

test('what is missing is told after a failure, and not after a clean end', posix, () => {
  const context = { ...CONTEXT, missing: '/app/src/x.js', files: 1 };
  assert.equal(
    wording(waiting({ code: 1 }), context),
    'app.js failed with exit code 1, waiting for src/x.js or a change in 1 file',
  );
  assert.equal(wording(waiting({ code: 0 }), context), 'app.js completed, waiting for a change in 1 file');
  assert.equal(
    wording(waiting({ code: 1 }), { ...context, files: 0 }),
    'app.js failed with exit code 1, waiting for src/x.js',
  );
});

test('a path is relative where that is shorter', posix, () => {
  for (const [path, text] of [
    ['/app/a.js', 'a.js'],
    ['/app/src/a b.js', 'src/a b.js'],
    ['/lib/a.js', '../lib/a.js'],
    ['/app', '/app'],
  ] as const) {
    assert.equal(display(path, '/app'), text);
  }
  assert.equal(display('/lib/a.js', '/app/deep/er'), '/lib/a.js');
});

test('durations are short', () => {
  for (const [ms, text] of [
    [-5, '0 ms'],
    [0, '0 ms'],
    [0.4, '0 ms'],
    [48.6, '49 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [1250, '1.3 s'],
    [5000, '5 s'],
    [61_000, '61 s'],
  ] as const) {
    assert.equal(duration(ms), text);
  }
});

test('why a file counts: the lines of its imports, or who wants it', () => {
  const path = `${sep}app${sep}a.html`;
  const say = (what: Parameters<typeof explanation>[0][number][1]): string =>
    explanation([[path, what]], `${sep}app`);
  assert.equal(say(3), 'why: a.html:3');
  assert.equal(say({ text: '*.html', by: 'option' }), 'why: a.html (--watch *.html)');
  assert.equal(say({ text: 'a.html', by: 'program', names: true }), 'why: a.html (tracked)');
});

test('what may be pressed is said at the end of a line', posix, () => {
  const context = { ...CONTEXT, mayPress: true };
  assert.equal(
    wording({ kind: 'up', ms: 48 }, context),
    'app.js is up in 48 ms, watching 12 files, press Enter to restart',
  );
  assert.equal(
    wording(waiting({ code: 1 }), context),
    'app.js failed with exit code 1, waiting for a change in 12 files, or press Enter',
  );
});
