// The rounds of the soak: saves and kills at random moments, and what must hold after each round.
import { until } from '../helpers/autoreload.ts';
import { pause } from '../helpers/saves.ts';
import { save, saveNothing } from './patterns.ts';
import { descendants } from './processes.ts';
import type { Random } from './random.ts';
import { Fault, isGuard } from './session.ts';
import type { Session } from './session.ts';

/** Time in which a restart that nobody wanted would begin (ms). */
const QUIET_MS = 400;

/** A save without new content that takes longer is a removal, on a busy machine (ms). */
const LONG_MS = 500;

/** Rounds between two looks at the processes, when all is at rest. */
const LOOK_EVERY = 10;

/** What has been done in all lanes. */
export class Progress {
  saves = 0;
  kills = 0;
  sessions = 0;
  requests = 0;
  runs = 0;

  readonly token = (): string => {
    // Of different lengths: a file that becomes shorter is treated in another way.
    const n = ++this.#tokens;
    return `${n}${'x'.repeat((n * 7) % 23)}`;
  };
  #tokens = 0;
}

/**
 * Saves and kills until the session is over.
 *
 * @param isLast whether there is time for no more saves
 */
export async function play(
  session: Session,
  random: Random,
  progress: Progress,
  isLast: () => boolean,
): Promise<void> {
  // Most sessions are short, because a supervisor is killed at their end; in long ones, growth shows.
  const rounds = random.chance(0.75) ? random.between(3, 25) : random.between(100, 250);
  await session.begin();
  for (let round = 1; round <= rounds && !isLast(); round++) {
    if (random.chance(0.1)) await nothing(session, random, progress);
    else if (random.chance(0.12)) await kill(session, random, progress);
    else await burst(session, random, progress);
    await session.settle();
    session.check();
    if (round % LOOK_EVERY === 0) await session.rest();
  }
  if (random.chance(0.5)) {
    // In the middle of a restart.
    await saveOnce(session, random, progress);
    await pause(random.between(0, 150));
  } else await session.rest();
  await session.end(random.chance(0.6) ? 'SIGKILL' : random.pick(['SIGTERM', 'SIGINT']));
  progress.requests += session.pollers?.requests ?? 0;
  progress.runs += session.runs;
}

/** One to four saves, each at a moment of the restart that the last one has begun. */
async function burst(session: Session, random: Random, progress: Progress): Promise<void> {
  const count = random.pick([1, 1, 2, 3, 4]);
  const { runs } = session;
  if (count === 1) await pause(random.between(0, 100));
  for (let i = 0; i < count; i++) {
    const { ups, runs: runsBefore } = session;
    if (random.chance(0.2)) session.pollers?.askSlowly();
    const isSingle = await saveOnce(session, random, progress);
    if (count === 1 && isSingle && random.chance(0.5)) {
      await session.settle();
      await pause(QUIET_MS / 2);
      if (session.runs > runs + 1)
        throw new Fault('needless restarts', `${session.runs - runs} runs for one save`);
    }
    if (i < count - 1) await moment(session, random, ups, runsBefore);
  }
}

/** Waits for a random moment of a restart. */
async function moment(session: Session, random: Random, ups: number, runs: number): Promise<void> {
  const moments = {
    'at once': async () => {},
    soon: async () => await pause(random.between(0, 30)),
    later: async () => await pause(random.between(30, 200)),
    'after the first line': async () => await until('', () => session.runs > runs, 1000).catch(() => {}),
    'when up': async () => await until('', () => session.ups > ups, 1000).catch(() => {}),
  };
  const name = random.pick(Object.keys(moments) as (keyof typeof moments)[]);
  await moments[name]();
  session.note(name);
}

async function saveOnce(session: Session, random: Random, progress: Progress): Promise<boolean> {
  const saving = save(session.world, random, progress.token);
  session.note(`saving ${JSON.stringify(session.world.tokens)}`);
  const { text, count, isSingle } = await saving;
  session.note(text);
  progress.saves += count;
  return isSingle;
}

/** Saves without new content, when all is at rest. */
async function nothing(session: Session, random: Random, progress: Progress): Promise<void> {
  const isUp = (): boolean => session.ups >= session.runs - 1 && !session.isRestarting;
  do {
    await until('up', isUp, 2000).catch(() => {});
    await pause(QUIET_MS);
    // An asset that was saved during a start has caused another restart.
  } while (session.isRestarting);
  const { runs } = session;
  let longest = 0;
  for (let i = random.between(2, 8); i > 0; i--) {
    const startedAt = performance.now();
    const { text, count } = saveNothing(session.world, random);
    longest = Math.max(longest, performance.now() - startedAt);
    session.note(text);
    progress.saves += count;
    await pause(random.between(0, 40));
  }
  await pause(QUIET_MS);
  if (session.runs > runs && longest < LONG_MS)
    throw new Fault('needless restarts', `${session.runs - runs} after saves without new content`);
}

/** Kills a process of the supervisor near a save, and saves again: a program that was killed waits for a change. */
async function kill(session: Session, random: Random, progress: Progress): Promise<void> {
  const isBefore = random.chance(0.4);
  if (!isBefore) {
    await saveOnce(session, random, progress);
    await pause(random.between(0, 150));
  }
  const all = descendants(session.run.pid);
  if (all.length > 0) {
    const victim = random.pick(all);
    const program = victim.pid === session.programPid ? 'the program' : 'a child';
    session.note(`SIGKILL to ${isGuard(victim) ? 'the guard' : program} (${victim.pid})`);
    progress.kills++;
    await session.kill(victim);
    await pause(random.pick([0, 0, random.between(0, 150)]));
  }
  await saveOnce(session, random, progress);
}
