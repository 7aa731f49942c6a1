// Saves files of programs under autoreload, in every way and at random moments, kills processes and polls the programs; counts
// what is lost:
//   npm run test:soak [-- --saves 10000 --seed 1 --minutes 30 --lanes 2]
// A seed determines the steps, though not the pace of the machine. Processes are counted on Linux only.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Random } from './random.ts';
import { Progress, play } from './rounds.ts';
import { Fault, Session } from './session.ts';
import type { Kind } from './session.ts';
import { World } from './world.ts';

/** Number of faults that end the soak. */
const ENOUGH = 5;

/** Lines of the transcript that a fault shows. */
const SHOWN = 120;

const { values } = parseArgs({
  options: {
    saves: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '30' },
    lanes: { type: 'string', default: String(Math.max(2, availableParallelism())) },
  },
});
const seed = Number(values.seed);
const wanted = Number(values.saves);
const endAt = performance.now() + Number(values.minutes) * 60_000;

const counts: Record<Kind, number> = {
  'lost saves': 0,
  'needless restarts': 0,
  refused: 0,
  unanswered: 0,
  orphans: 0,
  'wrong processes or zombies': 0,
  'growing descriptors': 0,
  'growing memory': 0,
  'bad ends': 0,
};
let faults = 0;
const progress = new Progress();
const isOver = (): boolean => progress.saves >= wanted || performance.now() >= endAt || faults >= ENOUGH;

console.log(`soak: Node ${process.version}, ${wanted} saves, ${values.lanes} lanes, --seed ${seed}`);
const reporter = setInterval(() => console.log(`${progress.saves} saves`), 60_000);
await Promise.all(Array.from({ length: Number(values.lanes) }, (_, i) => lane(i)));
clearInterval(reporter);

const seconds = (performance.now() / 1000).toFixed(0);
console.log(
  `${progress.saves} saves, ${progress.runs} runs, ${progress.kills} kills, ` +
    `${progress.sessions} supervisors, ${progress.requests} requests in ${seconds} s`,
);
for (const [kind, count] of Object.entries(counts)) console.log(`${String(count).padStart(6)} ${kind}`);
process.exit(faults > 0 ? 1 : 0);

/** Plays one session after the other; a new supervisor often finds the program of a killed one. */
async function lane(number: number): Promise<void> {
  const random = new Random(seed * 1000 + number);
  while (!isOver()) {
    using world = new World(random.chance(0.25));
    for (let left = random.between(1, 4); left > 0 && !isOver(); left--) {
      await using session = new Session(world, random);
      progress.sessions++;
      try {
        await play(session, random, progress, isOver);
      } catch (error) {
        report(number, session, error);
        break;
      }
    }
  }
}

function report(number: number, session: Session, error: unknown): void {
  faults++;
  if (error instanceof Fault) counts[error.kind]++;
  const lines = session.run.transcript.toString().split('\n').slice(-SHOWN).join('\n');
  const where = `seed ${seed}, lane ${number}, ${progress.saves} saves in all`;
  const what = error instanceof Fault ? `${error.kind}: ${error.message}` : String((error as Error).stack);
  console.error(`\nFAULT (${where}): ${what}\n${session.world.project.dir}\n${lines}\n`);
}
