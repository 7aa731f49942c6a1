// Measures many restarts in a row: refused and failed requests, and growth of memory, descriptors and processes. Stores
// nothing.
//   npm run bench:endurance [-- restarts under requests [restarts in a row]]
import { Failure, Instance } from './instance.js';
import { descriptors, memory, tree, treeMemory } from './proc.js';
import { argument } from './program.js';
import { PROGRAMS } from './programs.js';
import { spread } from './stats.js';
import { findWatchers } from './watchers.js';

const POLLED = argument(2, 'The number of restarts under requests', 100);
const IN_A_ROW = argument(3, 'The number of restarts in a row', 1000);
const EACH = 50;

const { watchers, env, packages } = findWatchers();

console.log(`Node ${process.version}, autoreload, hello\n\n${POLLED} restarts under a request every 2 ms:\n`);
await withInstance(underRequests);
console.log(`\n${IN_A_ROW} restarts, every other one when all is at rest:\n`);
await withInstance(inARow);

async function withInstance(action) {
  const call = watchers.autoreload.call(PROGRAMS.hello);
  const instance = new Instance(PROGRAMS.hello, { call, env, packages });
  try {
    await instance.start();
    await instance.rest();
    await action(instance);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(`\nautoreload ${error.message}, which ended this.`);
    process.exitCode = 1;
  } finally {
    await instance.remove();
  }
}

async function underRequests(instance) {
  const all = [];
  for (let i = 0; i < POLLED; i++) {
    all.push(await instance.restart(true));
    await instance.rest();
  }
  const sum = (key) => all.reduce((total, one) => total + one[key], 0);
  const column = (key) => all.map((one) => one[key]);
  row(
    'requests',
    'refused',
    'failed',
    'restarts with a refused one',
    'with a failed one',
    'first right response, ms',
  );
  row(...Array(6).fill('---'));
  const with_ = (key) => column(key).filter((value) => value > 0).length;
  row(
    sum('requests'),
    sum('refused'),
    sum('failed'),
    with_('refused'),
    with_('failed'),
    spread(column('response')),
  );
}

async function inARow(instance) {
  row(
    'restarts',
    'supervisor: PSS, MB',
    'RSS, MB',
    'descriptors',
    'tree: PSS, MB',
    'processes',
    'zombies',
    'save to first line, ms',
  );
  row(...Array(8).fill('---'));
  await sample(instance, 0, []);
  let times = [];
  for (let done = 1; done <= IN_A_ROW; done++) {
    times.push((await instance.restart()).line);
    // Varying pauses: some restarts find a standby ready, others do not.
    if (done % 2 === 0) await instance.rest();
    if (done % EACH !== 0 && done !== IN_A_ROW) continue;
    await sample(instance, done, times);
    times = [];
  }
}

async function sample(instance, done, times) {
  await instance.rest();
  const { pss, rss } = memory(instance.pid) ?? { pss: NaN, rss: NaN };
  const processes = tree(instance.pid);
  row(
    done,
    pss.toFixed(1),
    rss.toFixed(1),
    descriptors(instance.pid),
    treeMemory(instance.pid).toFixed(0),
    processes.length,
    processes.filter(({ state }) => state === 'Z').length,
    spread(times),
  );
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
