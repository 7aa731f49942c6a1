import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestartReason } from '../../../../src/protocol/app-bridge.cts';
import { EXIT_RESTART, IDLE } from '../../../../src/supervisor/lifecycle/state.ts';
import type {
  Change,
  Effect,
  Ended,
  Event,
  Policy,
  State,
} from '../../../../src/supervisor/lifecycle/state.ts';
import { spawn } from '../../../../src/supervisor/lifecycle/steps.ts';
import { transition } from '../../../../src/supervisor/lifecycle/transition.ts';

const POLICY: Policy = {
  grace: 5000,
  signal: 'SIGTERM',
  onExit: 'wait',
  onCrash: 'wait',
  overlap: false,
};
const CHANGE: Change = { at: 90, files: [{ path: '/app/a.js', how: 'changed' }] };
const REASON: RestartReason = { cause: 'change', files: CHANGE.files, message: undefined };
const UNKNOWN: RestartReason = { ...REASON, files: [] };
const REQUEST: RestartReason = { ...UNKNOWN, cause: 'request' };
const CLEAN: Ended = { code: 0, signal: null };
const CRASHED: Ended = { code: 1, signal: null };
const KILLED: Ended = { code: null, signal: 'SIGKILL' };
const EXIT_75: Ended = { code: EXIT_RESTART, signal: null };

const RUNNING: State = {
  kind: 'running',
  generation: 1,
  since: 10,
  spawnedAt: 10,
  quickRuns: 0,
  reason: undefined,
};
const STOPPING: State & { kind: 'stopping' } = {
  kind: 'stopping',
  generation: 1,
  since: 90,
  isWriting: false,
  isAnnounced: true,
  isOverdue: false,
  reason: REASON,
  quickRuns: 0,
};
/** The run after {@link STOPPING}. */
const NEXT: State = { ...RUNNING, generation: 2, since: 90, spawnedAt: 100, reason: REASON };
const SETTLING: State = { kind: 'settling', generation: 1, since: 90, isAnnounced: true, reason: REASON };
const DELAYING: State = {
  kind: 'delaying',
  generation: 1,
  quickRuns: 2,
  ended: EXIT_75,
  reason: REQUEST,
};
const WAITING: State = { kind: 'waiting', generation: 1, ended: CRASHED };
const SHUTTING_DOWN: State = {
  kind: 'shuttingDown',
  generation: 1,
  signal: 'SIGINT',
  since: 100,
  others: [],
  isForced: false,
  isSignalDue: false,
};
const ENDED: State = { kind: 'ended', generation: 1 };

const SETTLED: Event = { kind: 'settled', at: 100, change: CHANGE };
const UNCHANGED: Event = { kind: 'settled', at: 100, change: undefined };
const ELAPSED: Event = { kind: 'elapsed', at: 100 };
const WRITING: Event = { kind: 'writing', at: 90, isCertain: false };
const CERTAIN: Event = { kind: 'writing', at: 90, isCertain: true };
const SIGTERM: Event = { kind: 'signal', at: 100, signal: 'SIGTERM', isShared: false };
const CTRL_C: Event = { kind: 'signal', at: 100, signal: 'SIGINT', isShared: true };

const exit = (ended: Ended, at = 100, generation = 1): Event => ({ kind: 'exit', generation, at, ended });
const spawned = (generation: number, reason: RestartReason | undefined = REASON): Effect => ({
  kind: 'spawn',
  generation,
  reason,
});

/** Asserts the next state, and the effects in this order. */
function assertNext(state: State, event: Event, next: State, effects: readonly Effect[] = []): void {
  assert.deepEqual(transition(state, event, POLICY), [next, ...effects]);
}

function assertNothing(state: State, ...events: readonly Event[]): void {
  for (const event of events) assertNext(state, event, state);
}

test('idle: the first run is spawned, and no event does anything', () => {
  const first: Effect = { kind: 'spawn', generation: 1, reason: undefined };
  assert.deepEqual(spawn(IDLE.generation, undefined, 10, 10), [RUNNING, first]);
  assertNothing(IDLE, SETTLED, WRITING, ELAPSED, SIGTERM);
});

test('running: the line about a run that is up has the time since the start or the save', () => {
  const up: Event = { kind: 'up', generation: 1, at: 58 };
  assertNext(RUNNING, up, { ...RUNNING, upAt: 58 }, [{ kind: 'up', ms: 48 }]);
});

test('running: a change starts the stop sequence', () => {
  assertNext(RUNNING, SETTLED, STOPPING, [
    { kind: 'restarting', change: CHANGE },
    { kind: 'stop', reason: REASON },
    { kind: 'startTimer', ms: 1000 },
  ]);
});

test('running: unchanged content and files that are being written do nothing', () => {
  assertNothing(RUNNING, UNCHANGED, WRITING, ELAPSED);
});

test('running: after an exit the supervisor prints a line and waits for a change', () => {
  for (const ended of [CLEAN, CRASHED, KILLED]) {
    assertNext(RUNNING, exit(ended), { kind: 'waiting', generation: 1, ended }, [{ kind: 'waiting', ended }]);
  }
});

test('running: the first exit code 75 restarts at once', () => {
  const next: State = {
    kind: 'running',
    generation: 2,
    since: 100,
    spawnedAt: 100,
    quickRuns: 1,
    reason: REQUEST,
  };
  assertNext(RUNNING, exit(EXIT_75), next, [spawned(2, REQUEST), { kind: 'exit75', delay: 0 }]);
});

test('running: exit code 75 in a tight loop restarts with a growing delay', () => {
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
      ended: EXIT_75,
      reason: REQUEST,
    };
    const effects: Effect[] = [
      { kind: 'exit75', delay },
      { kind: 'startTimer', ms: delay },
    ];
    assertNext({ ...RUNNING, quickRuns: before }, exit(EXIT_75), next, effects);
  }
});

test('running: exit code 75 after a steady run restarts at once again', () => {
  for (const [upAt, at] of [
    [10, 1010],
    [5000, 6000],
    [undefined, 10_010],
  ] as const) {
    const steady: State = { ...RUNNING, quickRuns: 5, ...(upAt && { upAt }) };
    const [next] = transition(steady, exit(EXIT_75, at), POLICY);
    const facts = { since: at, spawnedAt: at, quickRuns: 1, reason: REQUEST };
    assert.deepEqual(next, { kind: 'running', generation: 2, ...facts });
  }
});

test('running: a run is quick while it is loading, however slow the machine is', () => {
  for (const [upAt, at] of [
    [undefined, 9000],
    [9000, 9900],
  ] as const) {
    const [next] = transition({ ...RUNNING, quickRuns: 5, ...(upAt && { upAt }) }, exit(EXIT_75, at), POLICY);
    assert.deepEqual([next.kind, 'quickRuns' in next && next.quickRuns], ['delaying', 6]);
  }
});

test('running: a signal is forwarded, and the timer starts', () => {
  const next: State = { ...SHUTTING_DOWN, signal: 'SIGTERM' };
  assertNext(RUNNING, SIGTERM, next, [
    { kind: 'forward', signal: 'SIGTERM' },
    { kind: 'startTimer', ms: 1000 },
  ]);
});

test('running: Ctrl-C in a terminal, which reaches the run itself, is not forwarded', () => {
  const grown: State = { ...RUNNING, spawnedAt: -1000 };
  assertNext(grown, CTRL_C, SHUTTING_DOWN, [{ kind: 'startTimer', ms: 1000 }]);
});

test('running: a run that may have been spawned after Ctrl-C gets the signal a moment later', () => {
  const missed: State = { ...SHUTTING_DOWN, isSignalDue: true };
  assertNext(RUNNING, CTRL_C, missed, [{ kind: 'startTimer', ms: 300 }]);
  assertNext(missed, ELAPSED, { ...SHUTTING_DOWN, isSignalDue: false }, [
    { kind: 'forward', signal: 'SIGINT' },
    { kind: 'startTimer', ms: 1000 },
  ]);
});

test('with overlap the next run starts beside a run that is up', () => {
  const overlap: Policy = { ...POLICY, overlap: true };
  const up: State = { ...RUNNING, upAt: 20 };
  const restarting: Effect = { kind: 'restarting', change: CHANGE };
  assert.deepEqual(transition(up, SETTLED, overlap), [NEXT, restarting, spawned(2)]);
  for (const event of [WRITING, CERTAIN]) assert.deepEqual(transition(up, event, overlap), [up]);
  assert.equal(transition(RUNNING, SETTLED, overlap)[0].kind, 'stopping');
  assert.equal(transition(up, SETTLED, POLICY)[0].kind, 'stopping');
  assert.equal(transition(up, RESTART, overlap)[0].kind, 'stopping');
  const consulting: State = { ...up, kind: 'consulting', change: CHANGE, rounds: 1 };
  const answered: Event = { kind: 'answered', generation: 1, round: 1, restart: true, at: 100 };
  assert.deepEqual(transition(consulting, answered, overlap), [NEXT, restarting, spawned(2)]);
});

test('stopping: after the exit the next run starts, with the time of the save', () => {
  for (const ended of [CLEAN, CRASHED, KILLED, EXIT_75]) {
    assertNext(STOPPING, exit(ended), NEXT, [spawned(2)]);
  }
});

test('running: a standby that was killed before it began its run is replaced, with the same reason', () => {
  const run: State = { ...RUNNING, reason: REASON };
  const unbegun: Event = { kind: 'exit', generation: 1, at: 100, ended: KILLED, isUnbegun: true };
  assertNext(run, unbegun, { ...run, generation: 2, spawnedAt: 100 }, [spawned(2)]);
});

test('stopping: while files are being written, the next run waits for them', () => {
  assertNext(STOPPING, WRITING, { ...STOPPING, isWriting: true });
  assertNext({ ...STOPPING, isWriting: true }, exit(CLEAN), SETTLING);
});

test('running: a certain change stops the run while the files settle, and is announced afterwards', () => {
  const stopping: State = { ...STOPPING, isWriting: true, isAnnounced: false, reason: UNKNOWN };
  const restarting: Effect = { kind: 'restarting', change: CHANGE };
  assertNothing(RUNNING, WRITING);
  assertNext(RUNNING, CERTAIN, stopping, [
    { kind: 'stop', reason: UNKNOWN },
    { kind: 'startTimer', ms: 1000 },
  ]);
  assertNext(stopping, SETTLED, STOPPING, [restarting]);
  const settling: State = { ...SETTLING, isAnnounced: false, reason: UNKNOWN };
  assertNext(stopping, exit(CLEAN), settling);
  assertNext(settling, SETTLED, NEXT, [restarting, spawned(2)]);
  const nothing: Effect = { kind: 'restarting', change: { at: 100, files: [] } };
  assertNext(settling, UNCHANGED, { ...NEXT, reason: UNKNOWN }, [nothing, spawned(2, UNKNOWN)]);
});

test('stopping: settled files need no further restart', () => {
  for (const event of [SETTLED, UNCHANGED]) assertNext({ ...STOPPING, isWriting: true }, event, STOPPING);
});

test('stopping: a slow exit is reported, and the run is killed after the grace period', () => {
  const overdue: State = { ...STOPPING, isOverdue: true };
  assertNext(STOPPING, ELAPSED, overdue, [{ kind: 'overdue' }, { kind: 'startTimer', ms: 4000 }]);
  assertNext(overdue, ELAPSED, overdue, [{ kind: 'killing' }, { kind: 'kill' }]);
});

test('stopping: a short grace period ends without a line about a slow exit', () => {
  const [next, ...effects] = transition(STOPPING, ELAPSED, { ...POLICY, grace: 300 });
  assert.deepEqual([next, effects], [STOPPING, [{ kind: 'killing' }, { kind: 'kill' }]]);
});

test('stopping: a signal shuts down', () => {
  assertNext(STOPPING, SIGTERM, { ...SHUTTING_DOWN, signal: 'SIGTERM' }, [
    { kind: 'forward', signal: 'SIGTERM' },
    { kind: 'startTimer', ms: 1000 },
  ]);
  assertNext(STOPPING, CTRL_C, SHUTTING_DOWN, [{ kind: 'startTimer', ms: 1000 }]);
});

test('stopping: a run that is up late prints no line', () => {
  const [next, ...effects] = transition(STOPPING, { kind: 'up', generation: 1, at: 100 }, POLICY);
  assert.deepEqual([next, effects], [STOPPING, []]);
});

test('settling: the next run starts when the files have settled, changed or not', () => {
  for (const event of [SETTLED, UNCHANGED]) assertNext(SETTLING, event, NEXT, [spawned(2)]);
  assertNothing(SETTLING, WRITING, ELAPSED);
});

test('settling: a signal closes supervision with that signal, since there is no run', () => {
  assertNext(SETTLING, SIGTERM, ENDED, [{ kind: 'close', ended: { code: null, signal: 'SIGTERM' } }]);
});

test('delaying: the next run starts after the delay', () => {
  const next: State = {
    kind: 'running',
    generation: 2,
    since: 100,
    spawnedAt: 100,
    quickRuns: 2,
    reason: REQUEST,
  };
  assertNext(DELAYING, ELAPSED, next, [spawned(2, REQUEST)]);
});

test('delaying: a change starts the next run at once, and resets the count of quick runs', () => {
  assertNext(DELAYING, SETTLED, NEXT, [{ kind: 'restarting', change: CHANGE }, spawned(2)]);
  assertNothing(DELAYING, UNCHANGED, WRITING);
});

test('delaying: a signal closes with the exit code of the run, except for 75, which is addressed to autoreload', () => {
  assertNext({ ...DELAYING, ended: CRASHED }, SIGTERM, ENDED, [{ kind: 'close', ended: CRASHED }]);
  assertNext(DELAYING, SIGTERM, ENDED, [{ kind: 'close', ended: { code: null, signal: 'SIGTERM' } }]);
});

test('waiting: a change starts the next run, with the time of the save', () => {
  assertNext(WAITING, SETTLED, NEXT, [{ kind: 'restarting', change: CHANGE }, spawned(2)]);
  assertNothing(WAITING, UNCHANGED, WRITING, ELAPSED);
});

test('waiting: a signal closes with the exit code of the run', () => {
  for (const ended of [CLEAN, CRASHED]) {
    assertNext({ ...WAITING, ended }, SIGTERM, ENDED, [{ kind: 'close', ended }]);
  }
});

test('waiting and delaying: after a killed run, a signal closes with the signal of the user', () => {
  const ended: Ended = { code: null, signal: 'SIGINT' };
  for (const state of [WAITING, DELAYING])
    assertNext({ ...state, ended: KILLED }, CTRL_C, ENDED, [{ kind: 'close', ended }]);
});

test('shutting down: the supervisor exits as the run did', () => {
  for (const ended of [CLEAN, CRASHED, KILLED, EXIT_75]) {
    assertNext(SHUTTING_DOWN, exit(ended), ENDED, [{ kind: 'close', ended }]);
  }
});

test('shutting down: a run that dies of the stop signal of a restart ends the supervisor by the signal of the user', () => {
  const ended: Ended = { code: null, signal: 'SIGTERM' };
  assertNext(SHUTTING_DOWN, exit(ended), ENDED, [{ kind: 'close', ended: { code: null, signal: 'SIGINT' } }]);
  const both: State = { ...SHUTTING_DOWN, others: ['SIGTERM'] };
  assertNext(both, exit(ended), ENDED, [{ kind: 'close', ended }]);
});

test('shutting down: after a second a line says how to kill the run', () => {
  assertNext(SHUTTING_DOWN, ELAPSED, SHUTTING_DOWN, [{ kind: 'killHint', signal: 'SIGINT' }]);
});

test('shutting down: a second signal kills, and the supervisor exits with the first', () => {
  const forced: State = { ...SHUTTING_DOWN, isForced: true };
  assertNext(SHUTTING_DOWN, { ...CTRL_C, at: 200 }, forced, [{ kind: 'kill' }]);
  assertNext(forced, exit(KILLED), ENDED, [{ kind: 'close', ended: { code: null, signal: 'SIGINT' } }]);
});

test('shutting down: an echo of the signal and a SIGHUP do not kill', () => {
  assertNothing(SHUTTING_DOWN, { ...CTRL_C, at: 199 });
  assertNothing(SHUTTING_DOWN, { kind: 'signal', at: 900, signal: 'SIGHUP', isShared: false });
});

test('shutting down: another signal that was sent together with the first is passed on once', () => {
  const event: Event = { kind: 'signal', at: 150, signal: 'SIGTERM', isShared: false };
  const both: State = { ...SHUTTING_DOWN, others: ['SIGTERM'] };
  assertNext(SHUTTING_DOWN, event, both, [{ kind: 'forward', signal: 'SIGTERM' }]);
  assertNext(SHUTTING_DOWN, { ...event, isShared: true }, both, []);
  assertNothing(both, event, { ...CTRL_C, at: 199 });
  assertNext(both, { ...event, at: 200 }, { ...both, isForced: true }, [{ kind: 'kill' }]);
});

test('shutting down: a change starts no run', () => {
  assertNothing(SHUTTING_DOWN, SETTLED, UNCHANGED, WRITING);
});

test('ended: no event does anything', () => {
  assertNothing(ENDED, SETTLED, WRITING, ELAPSED, SIGTERM, exit(CLEAN));
});

test('events of an earlier run do nothing', () => {
  for (const state of [RUNNING, STOPPING, SETTLING, DELAYING, WAITING, SHUTTING_DOWN]) {
    const current = { ...state, generation: 2 } as State;
    assertNothing(current, exit(CRASHED), { kind: 'up', generation: 1, at: 100 });
  }
});

test('running: an app with handlers is not stopped before the files have settled', () => {
  for (const wishes of [
    { change: true, end: false },
    { change: false, end: true },
  ]) {
    const run: State = { ...RUNNING, wishes };
    assertNext(RUNNING, { kind: 'wishes', generation: 1, wishes }, run);
    assertNothing(run, CERTAIN, WRITING);
  }
});

const WITH_HANDLER = { ...RUNNING, wishes: { change: true, end: false } } as const;
const CONSULTED = { ...WITH_HANDLER, rounds: 1 } as const;
const CONSULTING: State = { ...CONSULTED, kind: 'consulting', change: CHANGE };
const ANSWERED: Event = { kind: 'answered', generation: 1, round: 1, restart: false, at: 95 };

test('running: an app with a change handler is consulted, with a timeout', () => {
  assertNext(WITH_HANDLER, SETTLED, CONSULTING, [
    { kind: 'accept', change: CHANGE },
    { kind: 'consult', change: CHANGE, round: 1 },
    { kind: 'startTimer', ms: 1000 },
  ]);
});

test('consulting: a change that the app handles causes no restart', () => {
  assertNext(CONSULTING, ANSWERED, CONSULTED, [{ kind: 'handled', change: CHANGE }]);
});

test('consulting: the run restarts if the app decides so, or does not decide in time', () => {
  for (const [event, ...lines] of [
    [{ ...ANSWERED, restart: true } as Event],
    [ELAPSED, { kind: 'unanswered' }],
  ] as const) {
    assertNext(CONSULTING, event, STOPPING, [
      ...lines,
      { kind: 'restarting', change: CHANGE },
      { kind: 'stop', reason: REASON },
      { kind: 'startTimer', ms: 1000 },
    ]);
  }
});

test('consulting: a later change is merged into the pending question, and an answer to the earlier round is ignored', () => {
  const later: Change = { at: 120, files: [{ path: '/app/b.js', how: 'created' }] };
  const change: Change = { at: 90, files: [...CHANGE.files, ...later.files] };
  const next: State = { ...CONSULTING, rounds: 2, change };
  // The timeout for the decision goes on.
  assertNext(CONSULTING, { kind: 'settled', at: 130, change: later }, next, [
    { kind: 'accept', change: later },
    { kind: 'consult', change, round: 2 },
  ]);
  assertNothing(next, ANSWERED);
  const [again] = transition(
    { ...WITH_HANDLER, rounds: 2 },
    { kind: 'settled', at: 140, change: CHANGE },
    POLICY,
  );
  assert.equal(again.kind === 'consulting' && again.rounds, 3);
  assertNothing(CONSULTING, UNCHANGED, WRITING, CERTAIN);
});

test('consulting: after an exit of the app the next run starts with the change', () => {
  assertNext(CONSULTING, exit(CRASHED), NEXT, [{ kind: 'restarting', change: CHANGE }, spawned(2)]);
});

test('consulting: a signal, a restart request and a stop request take precedence', () => {
  assertNext(CONSULTING, { ...SIGTERM, at: 200 }, { ...SHUTTING_DOWN, signal: 'SIGTERM', since: 200 }, [
    { kind: 'forward', signal: 'SIGTERM' },
    { kind: 'startTimer', ms: 1000 },
  ]);
  const reason: RestartReason = { cause: 'request', files: CHANGE.files, message: 'SIGUSR2' };
  assert.deepEqual(transition(CONSULTING, RESTART, POLICY)[0], { ...STOPPING, reason });
  assert.equal(transition(CONSULTING, STOP, POLICY)[0].kind, 'stopping');
});

const RESTART: Event = { kind: 'restart', at: 90, message: 'SIGUSR2' };
const STOP: Event = { kind: 'stop', at: 90 };

test('a restart request stops the run, or starts one if there is none', () => {
  const reason: RestartReason = { ...REQUEST, message: 'SIGUSR2' };
  const requested: Effect = { kind: 'requested', message: 'SIGUSR2' };
  assertNext(RUNNING, RESTART, { ...STOPPING, reason }, [
    requested,
    { kind: 'stop', reason },
    { kind: 'startTimer', ms: 1000 },
  ]);
  const next: State = { kind: 'running', generation: 2, since: 90, spawnedAt: 90, quickRuns: 0, reason };
  assertNext(WAITING, RESTART, next, [requested, spawned(2, reason)]);
  assertNext(DELAYING, RESTART, next, [requested, spawned(2, reason)]);
  assertNothing(STOPPING, RESTART);
  assertNothing(SETTLING, RESTART);
  assertNothing(SHUTTING_DOWN, RESTART);
});

test('a stop request is followed by no run, and death by the stop signal is no failure', () => {
  const last: State = { ...STOPPING, isAnnounced: false, reason: undefined };
  assertNext(RUNNING, STOP, last, [
    { kind: 'stop', reason: undefined },
    { kind: 'startTimer', ms: 1000 },
  ]);
  for (const [ended, left] of [
    [{ code: null, signal: 'SIGTERM' }, CLEAN],
    [CLEAN, CLEAN],
    [CRASHED, CRASHED],
    [KILLED, KILLED],
  ] as const)
    assertNext(last, exit(ended), ENDED, [{ kind: 'close', ended: left }]);
  assertNext(STOPPING, STOP, { ...STOPPING, reason: undefined });
  assertNext(SETTLING, STOP, ENDED, [{ kind: 'close', ended: CLEAN }]);
  assertNext(WAITING, STOP, ENDED, [{ kind: 'close', ended: CRASHED }]);
  assertNext(DELAYING, STOP, ENDED, [{ kind: 'close', ended: CLEAN }]);
  assertNext({ ...DELAYING, ended: CRASHED }, STOP, ENDED, [{ kind: 'close', ended: CRASHED }]);
});

test('--on-exit and --on-crash decide what follows an exit', () => {
  const next = (ended: Ended, policy: Partial<Policy>): readonly [State, ...Effect[]] =>
    transition(RUNNING, exit(ended), { ...POLICY, ...policy });
  assert.deepEqual(next(CLEAN, { onExit: 'exit' }), [ENDED, { kind: 'close', ended: CLEAN }]);
  for (const ended of [CRASHED, KILLED])
    assert.deepEqual(next(ended, { onCrash: 'exit' }), [
      ENDED,
      { kind: 'exiting', ended },
      { kind: 'close', ended },
    ]);
  assert.equal(next(CRASHED, { onExit: 'exit' })[0].kind, 'waiting');
  assert.equal(next(CLEAN, { onCrash: 'exit' })[0].kind, 'waiting');
  assert.equal(next(EXIT_75, { onExit: 'exit', onCrash: 'exit' })[0].kind, 'running');
  const reason: RestartReason = { ...UNKNOWN, cause: 'exit' };
  assert.deepEqual(next(CLEAN, { onExit: 'restart' }), [
    { kind: 'running', generation: 2, since: 100, spawnedAt: 100, quickRuns: 1, reason },
    spawned(2, reason),
    { kind: 'rerun', ended: CLEAN, delay: 0 },
  ]);
});

test('a failed program is retried with a delay that grows from 0.1 to 10 s', () => {
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
    assert.deepEqual(effects, [
      { kind: 'rerun', ended: CRASHED, delay },
      { kind: 'startTimer', ms: delay },
    ]);
  }
});

test('an app that requests a restart soon after each start is restarted with a growing delay', () => {
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
    const waits = effects.filter(({ kind }) => kind === 'startTimer');
    assert.deepEqual(waits, delay === 0 ? [] : [{ kind: 'startTimer', ms: delay }]);
  }
  const [steady] = transition({ ...RUNNING, quickRuns: 5, upAt: 10 }, { ...own, at: 1010 }, POLICY);
  assert.equal(transition(steady, exit(KILLED, 1020), POLICY)[0].kind, 'running');
});
