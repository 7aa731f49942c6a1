import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { display, duration } from '../../../../src/supervisor/util/paths.ts';
import {
  explanation,
  isFailure,
  unreportedText,
  wording,
} from '../../../../src/supervisor/output/messages.ts';
import type { ProgramWatcher } from '../../../../src/supervisor/changes/program-watcher.ts';
import { commandProgram } from '../../../../src/supervisor/program/command-program.ts';
import type { Program } from '../../../../src/supervisor/program/program.ts';
import type { Context } from '../../../../src/supervisor/output/messages.ts';
import type { Change, Ended, Line } from '../../../../src/supervisor/lifecycle/state.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

const COUNT = 12;
const GRAPH = {
  chain: (path: string) => ['/app/app.js', '/app/src/routes.js', path],
  isImported: () => true,
};
const CONTEXT: Context = {
  program: { kind: 'node', cwd: '/app', entry: '/app/app.js' } as Program,
  watcher: watcher({}),
  grace: 5000,
  mayPress: false,
  isDraining: false,
  isServed: false,
  isPrompting: false,
  addresses: [],
};

interface WatcherFacts {
  readonly count?: number;
  readonly hasOwn?: boolean;
  readonly missing?: string;
  readonly chain?: (path: string) => string[];
  readonly isImported?: () => boolean;
}

function watcher({ count = COUNT, hasOwn = true, missing, ...graph }: WatcherFacts): ProgramWatcher {
  const facts = { files: { count, hasOwn }, graph: { ...GRAPH, ...graph }, records: { missing } };
  return facts as unknown as ProgramWatcher;
}

/** The context with other facts about the watched files. */
function watching(facts: WatcherFacts): Context {
  return { ...CONTEXT, watcher: watcher(facts) };
}

function change(...paths: readonly string[]): Line {
  const files: Change['files'] = paths.map((path) => ({ path, how: 'changed' }));
  return { kind: 'restarting', change: { at: 0, files } };
}

function waiting(ended: Partial<Ended>): Line {
  return { kind: 'waiting', ended: { code: null, signal: null, ...ended } };
}

test('the wording of every line', posix, () => {
  for (const [line, text] of [
    [{ kind: 'up', ms: 48 }, 'app.js is up in 48 ms, watching 12 files'],
    [{ kind: 'up', ms: 1234 }, 'app.js is up in 1.2 s, watching 12 files'],
    [{ kind: 'loading', ms: 10_000 }, 'app.js is still loading after 10 s, watching 12 files'],
    [change('/app/src/db.js'), 'src/db.js changed (imported by app.js > src/routes.js), restarting'],
    [
      change('/app/a.js', '/app/b.js'),
      'a.js changed (imported by app.js > src/routes.js), and 1 more, restarting',
    ],
    [
      change('/app/a.js', 'b', 'c'),
      'a.js changed (imported by app.js > src/routes.js), and 2 more, restarting',
    ],
    [change(), 'files changed and changed back, restarting'],
    [{ kind: 'exit75', delay: 0 }, 'app.js asked for a restart (exit code 75), restarting'],
    [{ kind: 'exit75', delay: 400 }, 'app.js asked for a restart (exit code 75), restarting in 400 ms'],
    [{ kind: 'exit75', delay: 10_000 }, 'app.js asked for a restart (exit code 75), restarting in 10 s'],
    [waiting({ code: 0 }), 'app.js completed, waiting for a change in 12 files'],
    [waiting({ code: 3 }), 'app.js failed with exit code 3, waiting for a change in 12 files'],
    [waiting({ signal: 'SIGKILL' }), 'app.js was killed by SIGKILL, waiting for a change in 12 files'],
    [{ kind: 'overdue' }, 'waiting up to 5 s for app.js to exit'],
    [{ kind: 'unanswered' }, 'onChange() in app.js did not answer within 1 s'],
    [
      { kind: 'handled', change: { at: 0, files: [{ path: '/app/a.html', how: 'changed' }] } },
      'a.html changed (imported by app.js > src/routes.js), handled by app.js, no restart',
    ],
    [{ kind: 'rerun', ended: { code: 0, signal: null }, delay: 0 }, 'app.js completed, restarting'],
    [
      { kind: 'rerun', ended: { code: 1, signal: null }, delay: 100 },
      'app.js failed with exit code 1, retrying in 100 ms',
    ],
    [{ kind: 'exiting', ended: { code: 1, signal: null } }, 'app.js failed with exit code 1, exiting'],
    [{ kind: 'killing' }, 'app.js did not exit within 5 s, killing it'],
    [{ kind: 'killHint', signal: 'SIGINT' }, 'waiting for app.js to exit, press Ctrl-C again to kill it'],
    [{ kind: 'killHint', signal: 'SIGTERM' }, 'waiting for app.js to exit, send SIGTERM again to kill it'],
    [{ kind: 'killHint', signal: 'SIGHUP' }, 'waiting for app.js to exit, send SIGTERM to kill it'],
  ] as const) {
    assert.equal(wording(line, CONTEXT), text);
  }
});

test('the line about a file system that does not report every change', posix, () => {
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

test('created and deleted files are reported as such', posix, () => {
  for (const how of ['created', 'deleted'] as const) {
    const line: Line = { kind: 'restarting', change: { at: 0, files: [{ path: '/app/a.js', how }] } };
    assert.equal(wording(line, watching({ chain: () => [] })), `a.js ${how}, restarting`);
  }
});

test('an asset or a settings file is used, not imported', posix, () => {
  const context = watching({ isImported: () => false });
  assert.equal(
    wording(change('/app/page.html'), context),
    'page.html changed (used by app.js > src/routes.js), restarting',
  );
});

test('a command is named by its label, and once by its full text', posix, () => {
  const surroundings = { cwd: '/app', env: {}, platform: process.platform, isTerminal: false };
  const argv = ['python3', 'main.py', '--port', '80', '--workers', '4', '--reload-dirs'];
  const context = { ...CONTEXT, program: commandProgram(argv, surroundings) };
  assert.equal(
    wording({ kind: 'up', ms: 1 }, context),
    'started: python3 main.py --port 80 --workers 4 --reload-dirs, watching 12 files',
  );
  assert.equal(
    wording(waiting({ code: 1 }), context),
    'python3 main.py --port 80 --workers 4 ... failed with exit code 1, waiting for a change in 12 files',
  );
});

test('only lines about a failed run are failures', () => {
  const ended = { code: 1, signal: null };
  const killed = { code: null, signal: 'SIGKILL' } as const;
  for (const [line, expected] of [
    [waiting(ended), true],
    [waiting(killed), true],
    [{ kind: 'rerun', ended, delay: 0 }, true],
    [{ kind: 'exiting', ended }, true],
    [waiting({ code: 0 }), false],
    [{ kind: 'exit75', delay: 0 }, false],
    [change('/app/app.js'), false],
  ] as const)
    assert.equal(isFailure(line), expected, line.kind);
});

test('a file without an importer has no chain', posix, () => {
  const context = watching({ chain: (path) => [path] });
  assert.equal(wording(change('/app/app.js'), context), 'app.js changed, restarting');
});

test('a long chain is printed without its middle', posix, () => {
  const chainOf = (length: number): string => {
    const chain = (): string[] => Array.from({ length }, (_, i) => `/app/${i}`);
    return wording(change('/app/a.js'), watching({ chain }));
  };
  assert.equal(chainOf(6), 'a.js changed (imported by 0 > 1 > 2 > 3 > 4), restarting');
  assert.equal(chainOf(7), 'a.js changed (imported by 0 > 1 > ... > 4 > 5), restarting');
});

test('a missing file is named after a failure, and not after a clean exit', posix, () => {
  const missing = '/app/src/x.js';
  const context = watching({ missing, count: 1 });
  assert.equal(
    wording(waiting({ code: 1 }), context),
    'app.js failed with exit code 1, waiting for src/x.js or a change in 1 file',
  );
  assert.equal(wording(waiting({ code: 0 }), context), 'app.js completed, waiting for a change in 1 file');
  assert.equal(
    wording(waiting({ code: 1 }), watching({ missing, count: 0 })),
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

test('the explanation of a change names the lines of the imports, or the option or call that tracks the file', () => {
  const path = `${sep}app${sep}a.html`;
  const say = (what: Parameters<typeof explanation>[0][number][1]): string =>
    explanation([[path, what]], `${sep}app`);
  assert.equal(say(3), 'why: a.html:3');
  assert.equal(say({ text: '*.html', by: 'option' }), 'why: a.html (--watch *.html)');
  assert.equal(say({ text: 'a.html', by: 'program', names: true }), 'why: a.html (tracked)');
  assert.equal(say('resolved'), 'why: a.html (only resolved)');
});

test('a program that is up is said to listen where it does', posix, () => {
  const say = (...addresses: string[]): string => wording({ kind: 'up', ms: 48 }, { ...CONTEXT, addresses });
  assert.equal(say('http://localhost:1'), 'app.js is up in 48 ms on http://localhost:1, watching 12 files');
  assert.equal(say('port 1', 'port 2'), 'app.js is up in 48 ms on port 1, port 2, watching 12 files');
  assert.equal(say('1', '2', '3', '4'), 'app.js is up in 48 ms on 1, 2, 3, ..., watching 12 files');
});

test('a program that has loaded no file of the project is said to be so', posix, () => {
  assert.equal(
    wording({ kind: 'up', ms: 48 }, watching({ hasOwn: false })),
    'app.js is up in 48 ms, watching 12 files, none of them in your project',
  );
});

test('the restart key is mentioned at the end of a line', posix, () => {
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
