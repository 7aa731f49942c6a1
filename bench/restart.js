// Measures restarts under autoreload and other watchers, in turns with a cold start. Prints tables, and stores the figures
// of this Node version in bench/results and docs/.
//   npm run bench [-- rounds [--only program,program]]
// With --only nothing is stored.
import { parseArgs } from 'node:util';
import { writeDocs } from './docs.js';
import { count } from './program.js';
import { PROGRAMS } from './programs.js';
import { describe, write } from './results.js';
import { measure } from './rounds.js';
import { conditions, programTable, startLine } from './table.js';
import { findWatchers } from './watchers.js';

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const rounds = count(positionals[0], 'The number of rounds', 11);
const names = values.only?.split(',') ?? Object.keys(PROGRAMS);
const unknown = names.find((name) => !(name in PROGRAMS));
if (unknown !== undefined) {
  console.error(`There is no program ${JSON.stringify(unknown)}. Use ${Object.keys(PROGRAMS).join(', ')}.`);
  process.exit(2);
}

const found = findWatchers();
const results = describe(found.versions, rounds);
console.log(`${conditions(results)}\nMedians (quartiles).`);
for (const name of names) {
  const { title, needs = [] } = PROGRAMS[name];
  if (!needs.every((need) => need in found.packages)) {
    console.error(`${title} is left out: ${needs.join(', ')} cannot be installed`);
    continue;
  }
  const watchers = Object.fromEntries(
    Object.entries(found.watchers).filter(([, { programs }]) => !programs || programs.includes(name)),
  );
  const data = await measure(PROGRAMS[name], { ...found, watchers }, rounds, (line) =>
    console.error(`${title}: ${line}`),
  );
  results.programs[name] = data;
  console.log(`\n## ${title}\n\n${programTable(data)}\n\n${startLine(data)}`);
}
if (values.only === undefined) {
  write(results);
  writeDocs();
}
