// Measures a session of saves as developers make them: the same three files again and again, now and then another one, whose first
// save a standby does not expect. Prints the time from a save to the first line, beside a cold start.
//   npm run bench:session [-- saves [--only program,program]]
import { parseArgs } from 'node:util';
import { Instance } from './instance.js';
import { count } from './program.js';
import { PROGRAMS } from './programs.js';
import { PLAIN } from './rounds.js';
import { median, spread } from './stats.js';
import { findWatchers } from './watchers.js';

/** Every so many saves, the developer turns to a file that has not been saved before, and stays with it. */
const NEW_FILE = 6;
/** Number of files among which the other saves are made. */
const OPEN_FILES = 3;

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const saves = count(positionals[0], 'The number of saves', 50);
const names = values.only?.split(',') ?? ['express', 'modules'];
const { watchers, cold, env, packages } = findWatchers();
const compared = {
  autoreload: { ...watchers.autoreload, env },
  'autoreload --ahead packages': {
    ...watchers.autoreload,
    env: { ...env, AUTORELOAD_AHEAD: 'packages' },
  },
  'autoreload --ahead off': { ...watchers.autoreload, env: { ...env, AUTORELOAD_AHEAD: 'off' } },
  'node --watch': { ...watchers['node --watch'], env },
};

console.log(
  `Node ${process.version}, ${saves} saves. Save to first line, ms: median (quartiles); ratio to a cold start.`,
);
for (const name of names) await session(PROGRAMS[name]);

async function session(program) {
  const start = (call, own = env) => new Instance(program, { call: call(program), env: own, packages });
  const instances = Object.entries(compared).map(([watcher, { call, env: own }]) => [
    watcher,
    start(call, own),
  ]);
  const plain = start(cold);
  const times = Object.fromEntries(
    [PLAIN, ...Object.keys(compared)].map((key) => [key, { again: [], first: [] }]),
  );
  try {
    for (const [, instance] of instances) {
      await instance.start();
      await instance.rest();
    }
    const paths = Object.keys(program.files).filter((path) => /^(m|routes)\//.test(path));
    const open = [];
    for (let save = 0; save < saves; save++) {
      const isFirst = save % NEW_FILE === 0;
      // Far from each other, and the same in each session.
      if (isFirst) open.unshift(paths[(save * 37) % paths.length]);
      const path = isFirst ? open[0] : open[save % Math.min(OPEN_FILES, open.length)];
      for (const [watcher, instance] of instances) {
        times[watcher][isFirst ? 'first' : 'again'].push((await instance.edit(path)).line);
        await instance.rest();
      }
      if (!isFirst) continue;
      times[PLAIN].first.push((await plain.start()).line);
      await plain.end();
    }
  } finally {
    for (const instance of [plain, ...instances.map(([, one]) => one)]) await instance.remove();
  }
  const usual = median(times[PLAIN].first);
  console.log(`\n## ${program.title}: cold start ${spread(times[PLAIN].first)}\n`);
  console.log('| | all saves | files saved before | files saved for the first time |\n|---|---|---|---|');
  for (const watcher of Object.keys(compared)) {
    const { again, first } = times[watcher];
    const cells = [[...again, ...first], again, first].map(
      (list) => `${spread(list)}; ${(median(list) / usual).toFixed(2)}`,
    );
    console.log(`| ${watcher} | ${cells.join(' | ')} |`);
  }
}
