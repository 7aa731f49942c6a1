import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestartReason } from '../../../../src/protocol/app-bridge.cts';
import { IDLE } from '../../../../src/supervisor/lifecycle/state.ts';
import type {
  Change,
  Effect,
  Ended,
  Event,
  Policy,
  State,
} from '../../../../src/supervisor/lifecycle/state.ts';
import { EXIT_RESTART, transition } from '../../../../src/supervisor/lifecycle/transition.ts';

const POLICY: Policy = { grace: 5000, patience: 1000, signal: 'SIGTERM', onExit: 'wait', onCrash: 'wait' };
const CHANGE: Change = { at: 90, files: [{ path: '/app/a.js', how: 'changed' }] };
const REASON: RestartReason = { cause: 'change', files: CHANGE.files, message: undefined };
const UNKNOWN: RestartReason = { ...REASON, files: [] };
const REQUEST: RestartReason = { ...UNKNOWN, cause: 'request' };
const CLEAN: Ended = { code: 0, signal: null };
const CRASHED: Ended = { code: 1, signal: null };
const KILLED: Ended = { code: null, signal: 'SIGKILL' };
const ASKED: Ended = { code: EXIT_RESTART, signal: null };

const RUNNING: State = { kind: 'running', generation: 1, since: 10, spawnedAt: 10, quickRuns: 0 };
const STOPPING: State & { kind: 'stopping' } = {
  kind: 'stopping',
  generation: 1,
  since: 90,
  moving: false,
  announced: true,
  told: false,
  reason: REASON,
};
const SETTLING: State = { kind: 'settling', generation: 1, since: 90, announced: true, reason: REASON };
const DELAYING: State = {
  kind: 'delaying',
  generation: 1,
  quickRuns: 2,
  ended: ASKED,
  reason: REQUEST,
};
const WAITING: State = { kind: 'waiting', generation: 1, ended: CRASHED };
const ENDING: State = { kind: 'ending', generation: 1, signal: 'SIGINT', since: 100, forced: false };
const ENDED: State = { kind: 'ended', generation: 1 };

const SETTLED: Event = { kind: 'settled', at: 100, change: CHANGE };
const UNCHANGED: Event = { kind: 'settled', at: 100, change: undefined };
const ELAPSED: Event = { kind: 'elapsed', at: 100 };
const MOVING: Event = { kind: 'moving', at: 90, certain: false };
const CERTAIN: Event = { kind: 'moving', at: 90, certain: true };
const SIGTERM: Event = { kind: 'signal', at: 100, signal: 'SIGTERM', shared: false };
const CTRL_C: Event = { kind: 'signal', at: 100, signal: 'SIGINT', shared: true };

const exit = (ended: Ended, at = 100, generation = 1): Event => ({ kind: 'exit', generation, at, ended });
const spawned = (generation: number, reason: RestartReason | undefined = REASON): Effect => ({
  kind: 'spawn',
  generation,
  reason,
});
const say = (line: Extract<Effect, { kind: 'say' }>['line']): Effect => ({ kind: 'say', line });

/** After `state` and `event` comes `next`, with these effects in this order. */
function assertNext(state: State, event: Event, next: State, effects: readonly Effect[] = []): void {
  assert.deepEqual(transition(state, event, POLICY), [next, ...effects]);
}

function assertNothing(state: State, ...events: readonly Event[]): void {
  for (const event of events) assertNext(state, event, state);
}

test('idle: the start spawns the first child, nothing else counts', () => {
  assertNext(IDLE, { kind: 'start', at: 10 }, RUNNING, [{ kind: 'spawn', generation: 1, reason: undefined }]);
  assertNothing(IDLE, SETTLED, MOVING, ELAPSED, SIGTERM);
});

test('running: up tells how long it took since the start or the save', () => {
  const up: Event = { kind: 'up', generation: 1, at: 58 };
  assertNext(RUNNING, up, RUNNING, [say({ kind: 'up', ms: 48 })]);
});

test('running: a change stops the child, with the grace period', () => {
  assertNext(RUNNING, SETTLED, STOPPING, [
    say({ kind: 'restarting', change: CHANGE }),
    { kind: 'stop', reason: REASON },
    { kind: 'wait', ms: 1000 },
  ]);
});

test('running: files that are again as they were, or are on the move, change nothing', () => {
  assertNothing(RUNNING, UNCHANGED, MOVING, ELAPSED);
});

test('running: a child that ends is told, and a change waited for', () => {
  for (const ended of [CLEAN, CRASHED, KILLED]) {
    assertNext(RUNNING, exit(ended), { kind: 'waiting', generation: 1, ended }, [
      say({ kind: 'waiting', ended }),
    ]);
  }
});

test('running: exit code 75 restarts at once the first time', () => {
  const next: State = { kind: 'running', generation: 2, since: 100, spawnedAt: 100, quickRuns: 1 };
  assertNext(RUNNING, exit(ASKED), next, [spawned(2, REQUEST), say({ kind: 'asked', delay: 0 })]);
});

test('running: exit code 75 in a tight loop waits, longer each time', () => {
  for (const [before, delay] of [
    [1, 100],
    [2, 200],
    [3, 400],
    [20, 10_000],
  ] as const) {
    const next: State = {
      kind: 'delaying',
      generation: 1,
      quickRuns: before + 1,
      ended: ASKED,
      reason: REQUEST,
    };
    const effects: Effect[] = [say({ kind: 'asked', delay }), { kind: 'wait', ms: delay }];
    assertNext({ ...RUNNING, quickRuns: before }, exit(ASKED), next, effects);
  }
});

test('running: exit code 75 after a steady run begins anew', () => {
  const [next] = transition({ ...RUNNING, quickRuns: 5 }, exit(ASKED, 1010), POLICY);
  assert.deepEqual(next, { kind: 'running', generation: 2, since: 1010, spawnedAt: 1010, quickRuns: 1 });
});

test('running: a signal goes to the child, and patience begins', () => {
  const next: State = { ...ENDING, signal: 'SIGTERM' };
  assertNext(RUNNING, SIGTERM, next, [
    { kind: 'forward', signal: 'SIGTERM' },
    { kind: 'wait', ms: 1000 },
  ]);
});

test('running: Ctrl-C in a terminal, which the child has got itself, is not sent twice', () => {
  const grown: State = { ...RUNNING, spawnedAt: -1000 };
  assertNext(grown, CTRL_C, ENDING, [{ kind: 'wait', ms: 1000 }]);
});

test('running: a child that may have been started after Ctrl-C gets it a moment later, if it is still there', () => {
  const owed: State = { ...ENDING, owed: true };
  assertNext(RUNNING, CTRL_C, owed, [{ kind: 'wait', ms: 300 }]);
  assertNext(owed, ELAPSED, { ...ENDING, owed: false }, [
    { kind: 'forward', signal: 'SIGINT' },
    { kind: 'wait', ms: 1000 },
  ]);
});

test('stopping: when the child is gone, the next one starts, timed from the save', () => {
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 100, quickRuns: 0 };
  for (const ended of [CLEAN, CRASHED, KILLED, ASKED]) {
    assertNext(STOPPING, exit(ended), next, [spawned(2), { kind: 'cancel' }]);
  }
});

test('stopping: while files are on the move, the next child waits for them', () => {
  assertNext(STOPPING, MOVING, { ...STOPPING, moving: true });
  assertNext({ ...STOPPING, moving: true }, exit(CLEAN), SETTLING, [{ kind: 'cancel' }]);
});

test('running: a change that is certain stops the child while the files settle, and is told when they have', () => {
  const stopping: State = { ...STOPPING, moving: true, announced: false, reason: UNKNOWN };
  const restarting = say({ kind: 'restarting', change: CHANGE });
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 100, quickRuns: 0 };
  assertNothing(RUNNING, MOVING);
  assertNext(RUNNING, CERTAIN, stopping, [
    { kind: 'stop', reason: UNKNOWN },
    { kind: 'wait', ms: 1000 },
  ]);
  assertNext(stopping, SETTLED, STOPPING, [restarting]);
  const settling: State = { ...SETTLING, announced: false, reason: UNKNOWN };
  assertNext(stopping, exit(CLEAN), settling, [{ kind: 'cancel' }]);
  assertNext(settling, SETTLED, next, [restarting, spawned(2)]);
  const nothing = say({ kind: 'restarting', change: { at: 100, files: [] } });
  assertNext(settling, UNCHANGED, next, [nothing, spawned(2, UNKNOWN)]);
});

test('stopping: files that have come to rest need no other restart', () => {
  for (const event of [SETTLED, UNCHANGED]) assertNext({ ...STOPPING, moving: true }, event, STOPPING);
});

test('stopping: the user is told of a child that takes its time, which is killed after the grace period', () => {
  const told: State = { ...STOPPING, told: true };
  assertNext(STOPPING, ELAPSED, told, [say({ kind: 'slow' }), { kind: 'wait', ms: 4000 }]);
  assertNext(told, ELAPSED, told, [say({ kind: 'forcing' }), { kind: 'kill' }]);
});

test('stopping: a short grace period needs no word in between', () => {
  const [next, ...effects] = transition(STOPPING, ELAPSED, { ...POLICY, grace: 300 });
  assert.deepEqual([next, effects], [STOPPING, [say({ kind: 'forcing' }), { kind: 'kill' }]]);
});

test('stopping: a signal ends for good', () => {
  assertNext(STOPPING, SIGTERM, { ...ENDING, signal: 'SIGTERM' }, [
    { kind: 'forward', signal: 'SIGTERM' },
    { kind: 'wait', ms: 1000 },
  ]);
  assertNext(STOPPING, CTRL_C, ENDING, [{ kind: 'wait', ms: 1000 }]);
});

test('stopping: a child that comes up is told no more', () => {
  const [next, ...effects] = transition(STOPPING, { kind: 'up', generation: 1, at: 100 }, POLICY);
  assert.deepEqual([next, effects], [STOPPING, []]);
});

test('settling: the next child starts when the files have come to rest, changed or not', () => {
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 100, quickRuns: 0 };
  for (const event of [SETTLED, UNCHANGED]) assertNext(SETTLING, event, next, [spawned(2)]);
  assertNothing(SETTLING, MOVING, ELAPSED);
});

test('settling: a signal ends the supervisor by it, there is no child', () => {
  assertNext(SETTLING, SIGTERM, ENDED, [{ kind: 'leave', ended: { code: null, signal: 'SIGTERM' } }]);
});

test('delaying: the next child starts when the delay is over', () => {
  const next: State = { kind: 'running', generation: 2, since: 100, spawnedAt: 100, quickRuns: 2 };
  assertNext(DELAYING, ELAPSED, next, [spawned(2, REQUEST)]);
});

test('delaying: a change starts it at once, and the loop counts anew', () => {
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 100, quickRuns: 0 };
  assertNext(DELAYING, SETTLED, next, [
    say({ kind: 'restarting', change: CHANGE }),
    spawned(2),
    { kind: 'cancel' },
  ]);
  assertNothing(DELAYING, UNCHANGED, MOVING);
});

test('delaying: a signal ends with the exit code of the child, but 75, which is for us', () => {
  assertNext({ ...DELAYING, ended: CRASHED }, SIGTERM, ENDED, [{ kind: 'leave', ended: CRASHED }]);
  assertNext(DELAYING, SIGTERM, ENDED, [{ kind: 'leave', ended: { code: null, signal: 'SIGTERM' } }]);
});

test('waiting: a change starts the next child, timed from the save', () => {
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 100, quickRuns: 0 };
  assertNext(WAITING, SETTLED, next, [say({ kind: 'restarting', change: CHANGE }), spawned(2)]);
  assertNothing(WAITING, UNCHANGED, MOVING, ELAPSED);
});

test('waiting: a signal ends with the exit code of the child', () => {
  for (const ended of [CLEAN, CRASHED]) {
    assertNext({ ...WAITING, ended }, SIGTERM, ENDED, [{ kind: 'leave', ended }]);
  }
});

test('waiting: after a child that was killed, a signal ends by that signal', () => {
  const ended: Ended = { code: null, signal: 'SIGINT' };
  assertNext({ ...WAITING, ended: KILLED }, CTRL_C, ENDED, [{ kind: 'leave', ended }]);
});

test('ending: the supervisor ends as the child did', () => {
  for (const ended of [CLEAN, CRASHED, KILLED, ASKED]) {
    assertNext(ENDING, exit(ended), ENDED, [{ kind: 'leave', ended }, { kind: 'cancel' }]);
  }
});

test('ending: after a second the user is told how to force it', () => {
  assertNext(ENDING, ELAPSED, ENDING, [say({ kind: 'patience', signal: 'SIGINT' })]);
});

test('ending: a second signal kills, and the supervisor ends by the first', () => {
  const forced: State = { ...ENDING, forced: true };
  assertNext(ENDING, { ...CTRL_C, at: 200 }, forced, [{ kind: 'kill' }]);
  assertNext(forced, exit(KILLED), ENDED, [
    { kind: 'leave', ended: { code: null, signal: 'SIGINT' } },
    { kind: 'cancel' },
  ]);
});

test('ending: an echo of the signal is no second wish, nor is SIGHUP', () => {
  assertNothing(ENDING, { ...CTRL_C, at: 199 }, { ...SIGTERM, at: 150 });
  assertNothing(ENDING, { kind: 'signal', at: 900, signal: 'SIGHUP', shared: false });
});

test('ending: no change starts anything', () => {
  assertNothing(ENDING, SETTLED, UNCHANGED, MOVING);
});

test('ended: nothing happens any more', () => {
  assertNothing(ENDED, SETTLED, MOVING, ELAPSED, SIGTERM, exit(CLEAN), { kind: 'start', at: 1 });
});

test('events of a child that has been followed by another change nothing', () => {
  for (const state of [RUNNING, STOPPING, SETTLING, DELAYING, WAITING, ENDING]) {
    const current = { ...state, generation: 2 } as State;
    assertNothing(current, exit(CRASHED), { kind: 'up', generation: 1, at: 100 });
  }
});

test('running: an app that wants to know of what is changed first is not ended early', () => {
  for (const wishes of [
    { change: true, end: false },
    { change: false, end: true },
  ]) {
    const run: State = { ...RUNNING, wishes };
    assertNext(RUNNING, { kind: 'wishes', generation: 1, wishes }, run);
    assertNothing(run, CERTAIN, MOVING);
  }
});

const ASKABLE = { ...RUNNING, wishes: { change: true, end: false } } as const;
const ASKED_ONCE = { ...ASKABLE, asked: 1 } as const;
const ASKING: State & { kind: 'asking' } = { kind: 'asking', generation: 1, run: ASKED_ONCE, change: CHANGE };
const ANSWERED: Event = { kind: 'answered', generation: 1, round: 1, restart: false };

test('running: an app that wants to be asked is asked, for as long as the patience lasts', () => {
  assertNext(ASKABLE, SETTLED, ASKING, [
    { kind: 'accept', change: CHANGE },
    { kind: 'ask', change: CHANGE, round: 1 },
    { kind: 'wait', ms: 1000 },
  ]);
});

test('asking: nothing follows from a change that the app takes itself', () => {
  assertNext(ASKING, ANSWERED, ASKED_ONCE, [{ kind: 'cancel' }, say({ kind: 'taken', change: CHANGE })]);
});

test('asking: the program restarts when the app says so, or nothing', () => {
  for (const [event, ...said] of [
    [{ ...ANSWERED, restart: true } as Event],
    [ELAPSED, say({ kind: 'unanswered' })],
  ] as const) {
    assertNext(ASKING, event, STOPPING, [
      ...said,
      say({ kind: 'restarting', change: CHANGE }),
      { kind: 'stop', reason: REASON },
      { kind: 'wait', ms: 1000 },
    ]);
  }
});

test('asking: what changes in the meantime is asked about as well, and an answer to the first part does not count', () => {
  const later: Change = { at: 120, files: [{ path: '/app/b.js', how: 'created' }] };
  const change: Change = { at: 90, files: [...CHANGE.files, ...later.files] };
  const next: State & { kind: 'asking' } = { ...ASKING, run: { ...ASKABLE, asked: 2 }, change };
  // The time for an answer goes on.
  assertNext(ASKING, { kind: 'settled', at: 130, change: later }, next, [
    { kind: 'accept', change: later },
    { kind: 'ask', change, round: 2 },
  ]);
  assertNothing(next, ANSWERED);
  const [again] = transition(next.run, { kind: 'settled', at: 140, change: CHANGE }, POLICY);
  assert.equal(again.kind === 'asking' && again.run.asked, 3);
  assertNothing(ASKING, UNCHANGED, MOVING);
});

test('asking: an app that ends is run again with the change', () => {
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 100, quickRuns: 0 };
  assertNext(ASKING, exit(CRASHED), next, [
    { kind: 'cancel' },
    say({ kind: 'restarting', change: CHANGE }),
    spawned(2),
  ]);
});

test('asking: a signal, a request and an end come first', () => {
  assertNext(ASKING, { ...SIGTERM, at: 200 }, { ...ENDING, signal: 'SIGTERM', since: 200 }, [
    { kind: 'forward', signal: 'SIGTERM' },
    { kind: 'wait', ms: 1000 },
  ]);
  const reason: RestartReason = { cause: 'request', files: CHANGE.files, message: 'SIGUSR2' };
  assert.deepEqual(transition(ASKING, RESTART, POLICY)[0], { ...STOPPING, reason });
  assert.equal(transition(ASKING, STOP, POLICY)[0].kind, 'stopping');
});

const RESTART: Event = { kind: 'restart', at: 90, message: 'SIGUSR2' };
const STOP: Event = { kind: 'stop', at: 90 };

test('a restart that is asked for ends the child, or starts one where there is none', () => {
  const reason: RestartReason = { ...REQUEST, message: 'SIGUSR2' };
  const said = say({ kind: 'requested', message: 'SIGUSR2' });
  assertNext(RUNNING, RESTART, { ...STOPPING, reason }, [
    said,
    { kind: 'stop', reason },
    { kind: 'wait', ms: 1000 },
  ]);
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 90, quickRuns: 0 };
  assertNext(WAITING, RESTART, next, [said, spawned(2, reason)]);
  assertNext(DELAYING, RESTART, next, [said, spawned(2, reason), { kind: 'cancel' }]);
  assertNothing(STOPPING, RESTART);
  assertNothing(SETTLING, RESTART);
  assertNothing(ENDING, RESTART);
});

test('an end that is asked for is the last one, and dying of the stop signal is no failure', () => {
  const { reason: _, ...rest } = STOPPING;
  const last: State = { ...rest, announced: false, last: true };
  assertNext(RUNNING, STOP, last, [
    { kind: 'stop', reason: undefined },
    { kind: 'wait', ms: 1000 },
  ]);
  for (const [ended, left] of [
    [{ code: null, signal: 'SIGTERM' }, CLEAN],
    [CLEAN, CLEAN],
    [CRASHED, CRASHED],
    [KILLED, KILLED],
  ] as const)
    assertNext(last, exit(ended), ENDED, [{ kind: 'leave', ended: left }, { kind: 'cancel' }]);
  assertNext(STOPPING, STOP, { ...STOPPING, last: true });
  assertNext(SETTLING, STOP, ENDED, [{ kind: 'leave', ended: CLEAN }]);
  assertNext(WAITING, STOP, ENDED, [{ kind: 'leave', ended: CRASHED }]);
  assertNext(DELAYING, STOP, ENDED, [{ kind: 'leave', ended: CLEAN }]);
  assertNext({ ...DELAYING, ended: CRASHED }, STOP, ENDED, [{ kind: 'leave', ended: CRASHED }]);
});

test('what follows a run that has ended by itself is as the user says', () => {
  const next = (ended: Ended, policy: Partial<Policy>): readonly [State, ...Effect[]] =>
    transition(RUNNING, exit(ended), { ...POLICY, ...policy });
  assert.deepEqual(next(CLEAN, { onExit: 'exit' }), [ENDED, { kind: 'leave', ended: CLEAN }]);
  for (const ended of [CRASHED, KILLED])
    assert.deepEqual(next(ended, { onCrash: 'exit' }), [
      ENDED,
      say({ kind: 'leaving', ended }),
      { kind: 'leave', ended },
    ]);
  assert.equal(next(CRASHED, { onExit: 'exit' })[0].kind, 'waiting');
  assert.equal(next(CLEAN, { onCrash: 'exit' })[0].kind, 'waiting');
  assert.equal(next(ASKED, { onExit: 'exit', onCrash: 'exit' })[0].kind, 'running');
  const again = { kind: 'running', generation: 2, since: 100, spawnedAt: 100, quickRuns: 1 };
  assert.deepEqual(next(CLEAN, { onExit: 'restart' }), [
    again,
    spawned(2, { ...UNKNOWN, cause: 'exit' }),
    say({ kind: 'again', ended: CLEAN, delay: 0 }),
  ]);
});

test('a program that fails is tried again with a delay that grows from 0.1 to 10 s', () => {
  const retry: Policy = { ...POLICY, onCrash: 'retry' };
  for (const [quickRuns, delay] of [
    [0, 100],
    [1, 200],
    [2, 400],
    [20, 10_000],
  ] as const) {
    const [next, ...effects] = transition({ ...RUNNING, quickRuns }, exit(CRASHED), retry);
    const reason: RestartReason = { ...UNKNOWN, cause: 'crash' };
    assert.deepEqual(next, {
      kind: 'delaying',
      generation: 1,
      quickRuns: quickRuns + 1,
      ended: CRASHED,
      reason,
    });
    assert.deepEqual(effects, [say({ kind: 'again', ended: CRASHED, delay }), { kind: 'wait', ms: delay }]);
  }
});

test('an app that asks for a restart right after each start is restarted with a growing delay', () => {
  const own: Event = { ...RESTART, isOwn: true };
  for (const [before, delay] of [
    [0, 0],
    [1, 100],
    [2, 200],
  ] as const) {
    const [stopping] = transition({ ...RUNNING, quickRuns: before }, own, POLICY);
    const [next, ...effects] = transition(stopping, exit(KILLED), POLICY);
    assert.equal(next.kind, delay === 0 ? 'running' : 'delaying');
    assert.equal('quickRuns' in next && next.quickRuns, before + 1);
    const waits = effects.filter(({ kind }) => kind === 'wait');
    assert.deepEqual(waits, delay === 0 ? [] : [{ kind: 'wait', ms: delay }]);
  }
  const [steady] = transition({ ...RUNNING, quickRuns: 5 }, { ...own, at: 1010 }, POLICY);
  assert.equal(transition(steady, exit(KILLED, 1020), POLICY)[0].kind, 'running');
});
