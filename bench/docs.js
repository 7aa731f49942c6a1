// Writes the measured figures into Markdown: one table between the markers of docs/performance.md, the chart, and all
// figures of each Node version beside their JSON file. `npm run bench` calls it at its end; alone it measures nothing:
//   node bench/docs.js
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.js';
import { ROOT } from './program.js';
import { PROGRAMS } from './programs.js';
import { FOLDER, major, readAll } from './results.js';
import { conditions, overview, programTable, startLine } from './table.js';

const BEGIN = '<!-- bench:begin, written by bench/docs.js -->';
const END = '<!-- bench:end -->';

export function writeDocs() {
  const all = readAll();
  if (all.length === 0) return;
  const path = join(ROOT, 'docs', 'performance.md');
  const text = fs.readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error('docs/performance.md has no place for the table');
  fs.writeFileSync(path, `${text.slice(0, begin)}${BEGIN}\n${overview(all, 'line')}\n\n${text.slice(end)}`);
  fs.writeFileSync(join(ROOT, 'docs', 'restart.svg'), chart(all.at(-1)));
  for (const results of all) fs.writeFileSync(join(FOLDER, `${major(results)}.md`), `${page(results)}\n`);
}

/** Every figure of one Node version. */
function page(results) {
  const programs = Object.entries(results.programs).map(
    ([name, data]) => `## ${PROGRAMS[name].title}\n\n${programTable(data)}\n\n${startLine(data)}`,
  );
  const about = 'Medians (quartiles). [performance](../../docs/performance.md) explains the columns.';
  return [`# Node ${results.versions.node}`, conditions(results), about, ...programs].join('\n\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeDocs();
