import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { GateMessage } from '../../../../src/protocol/control.cts';
import type { LaneRecord } from '../../../../src/protocol/records.cts';
import { Standbys } from '../../../../src/supervisor/standby/standbys.ts';

/** A program with twelve modules that can be linked. */
class Bench {
  readonly spawned: string[] = [];
  readonly runs: FakeRun[] = [];
  readonly edited: string[][] = [];
  readonly standbys: Standbys<FakeRun>;
  isScanned = true;
  packages: string[] = [];
  isCurrent = true;
  linkable = Array.from({ length: 12 }, (_, n) => `file:///app/${n}.js`);

  constructor(options: { standby?: boolean; ahead?: 'packages' | 'link' | 'off' } = {}) {
    this.standbys = new Standbys<FakeRun>({
      standby: true,
      ahead: 'link',
      ...options,
      spawn: (isLinking) => {
        this.spawned.push(isLinking ? 'linking' : 'plain');
        return this.runs[this.runs.push(new FakeRun(isLinking)) - 1]!;
      },
      settings: () => ['/app/.env'],
      files: [],
      cwd: '/',
      isInstalled: () => true,
      mayRedirect: ({ path }) => path === '/app/link',
      isScanned: () => this.isScanned,
      planAhead: (edited) => {
        this.edited.push([...edited]);
        return {
          link: this.linkable,
          first: () => [this.packages, () => this.isCurrent],
        };
      },
      log: { debug: () => {} },
    });
  }

  /** The standbys that wait after some time, and have linked their modules. */
  prepare(): string {
    const before = this.spawned.length;
    this.standbys.prepare();
    mock.timers.tick(1000);
    for (const run of this.runs) this.standbys.record(run, { kind: 'linked' });
    return this.spawned.slice(before).join();
  }

  /** What a run takes that begins because files have settled: `linking` or `plain`. */
  take(): string | undefined {
    const slot = this.standbys.take(true);
    return slot && (slot.isLinking ? 'linking' : 'plain');
  }

  change(path: string): void {
    this.standbys.changed([{ path, how: 'changed' }]);
  }
}

class FakeRun {
  readonly isLinking: boolean;
  readonly pid = 1;
  isRunning = true;
  readonly messages: GateMessage[] = [];
  readonly sendToGate = (message: GateMessage): void => void this.messages.push(message);
  readonly signal = (): void => void (this.isRunning = false);

  constructor(isLinking: boolean) {
    this.isLinking = isLinking;
  }
}

function withTimers(name: string, body: () => void): void {
  test(name, () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      body();
    } finally {
      mock.timers.reset();
    }
  });
}

withTimers('the standby that has linked modules is taken first, then the plain one', () => {
  const bench = new Bench();
  assert.equal(bench.prepare(), 'plain,linking');
  assert.equal(bench.take(), 'linking');
  assert.equal(bench.prepare(), 'linking');
  bench.change('/app/link');
  assert.equal(bench.take(), 'plain');
  assert.equal(bench.take(), undefined);
});

withTimers('a standby that is still linking modules, or has exited, is not taken', () => {
  const bench = new Bench();
  bench.standbys.prepare();
  mock.timers.tick(1000);
  assert.equal(bench.take(), 'plain');
  bench.prepare();
  for (const run of bench.runs) if (run.isLinking) run.isRunning = false;
  assert.equal(bench.take(), 'plain');
});

withTimers('a run without a change is the plain standby: a save may not have been noticed yet', () => {
  const bench = new Bench();
  bench.prepare();
  assert.equal(bench.standbys.take(false)?.isLinking, false);
});

withTimers('files that have been saved are not linked again', () => {
  const bench = new Bench();
  bench.change('/app/1.js');
  bench.prepare();
  assert.deepEqual(bench.edited.at(-1), ['/app/1.js']);
});

withTimers('a change of a package or a setting discards both', () => {
  for (const path of ['/app/.env', '/app/node_modules/p/index.js']) {
    const bench = new Bench();
    bench.prepare();
    bench.change(path);
    assert.equal(bench.take(), undefined);
  }
});

withTimers('few modules are not linked, and none with --ahead off or --no-standby', () => {
  const few = new Bench();
  few.linkable = few.linkable.slice(0, 9);
  assert.equal(few.prepare(), 'plain');
  assert.equal(new Bench({ ahead: 'off' }).prepare(), 'plain');
  assert.equal(new Bench({ standby: false }).prepare(), '');
});

withTimers('modules are linked when their sources have been scanned', () => {
  const bench = new Bench();
  bench.isScanned = false;
  assert.equal(bench.prepare(), 'plain');
  bench.isScanned = true;
  mock.timers.tick(1000);
  assert.deepEqual(bench.spawned, ['plain', 'linking']);
});

withTimers(
  'hooks that the program registers, and not its transpiler, end the linking for the next run',
  () => {
    const bench = new Bench();
    const add = (...records: readonly LaneRecord[]): void =>
      records.forEach((one) => bench.standbys.add(one));
    const user: LaneRecord = {
      kind: 'resolved',
      specifier: '',
      parent: undefined,
      url: 'file:///app/app.js',
    };
    add({ kind: 'hooked' }, user);
    assert.equal(bench.prepare(), 'plain,linking');
    bench.standbys.take(false);
    add(user, { kind: 'hooked' });
    assert.equal(bench.prepare(), 'plain');
    bench.take();
    add(user);
    assert.equal(bench.prepare(), 'plain,linking');
  },
);

withTimers('a run that registers hooks after modules have been linked is restarted', () => {
  const bench = new Bench();
  bench.prepare();
  assert.equal(bench.take(), 'linking');
  const user: LaneRecord = { kind: 'resolved', specifier: '', parent: undefined, url: 'file:///app/app.js' };
  const records = [
    { kind: 'begun' } as const,
    user,
    { kind: 'hooked' } as const,
    { kind: 'hooked' } as const,
  ];
  const kinds = records.flatMap((record) => bench.standbys.add(record)).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['begun', 'resolved', 'requested', 'hooked']);
});

withTimers('packages run ahead up to the first one with an effect, which is remembered', () => {
  const bench = new Bench({ ahead: 'packages' });
  bench.linkable = [];
  bench.packages = ['p:one', 'p:two', 'p:three'];
  const ahead = (): unknown => {
    const message = bench.runs.findLast(({ isLinking }) => isLinking)?.messages[0];
    return message?.kind === 'warm' && [message.link, message.run];
  };
  bench.standbys.prepare();
  mock.timers.tick(1000);
  assert.deepEqual(ahead(), [bench.packages, bench.packages]);
  bench.standbys.record(bench.runs.at(-1)!, { kind: 'effect', url: 'p:two', what: 'a write' });
  mock.timers.tick(1000);
  assert.deepEqual(ahead(), [['p:one'], ['p:one']]);
  for (const run of bench.runs) bench.standbys.record(run, { kind: 'linked' });
  assert.equal(bench.take(), 'linking');
  bench.prepare();
  assert.deepEqual(ahead(), [['p:one'], ['p:one']]);
});

withTimers('a standby that has run other packages than the program would run first is not taken', () => {
  const bench = new Bench({ ahead: 'packages' });
  bench.packages = ['p:one'];
  bench.prepare();
  bench.isCurrent = false;
  assert.equal(bench.take(), 'plain');
});

withTimers('with `link` no package runs ahead', () => {
  const bench = new Bench();
  bench.packages = ['p:one'];
  bench.prepare();
  const message = bench.runs.at(-1)?.messages[0];
  assert.deepEqual(message?.kind === 'warm' && message.run, []);
  assert.equal(bench.take(), 'linking');
});

withTimers('after three standbys in a row that have died, no package is run', () => {
  const bench = new Bench({ ahead: 'packages' });
  bench.packages = ['p:one'];
  const runsPackages = (): boolean => {
    bench.standbys.prepare();
    mock.timers.tick(1000);
    const run = bench.runs.findLast(({ isLinking }) => isLinking)!;
    run.isRunning = false;
    bench.take();
    const message = run.messages[0];
    return message?.kind === 'warm' && message.run.length > 0;
  };
  assert.deepEqual(
    [runsPackages(), runsPackages(), runsPackages(), runsPackages()],
    [true, true, true, false],
  );
});
