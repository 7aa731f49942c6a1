// Writes what was measured into docs/: the tables between the markers in performance.md, and the chart. `npm run bench`
// does so at its end; by itself it measures nothing.
//   node bench/docs.js
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.js';
import { ROOT } from './program.js';
import { PROGRAMS } from './programs.js';
import { readAll } from './results.js';
import { conditions, majors, overview, programTable, startLine } from './table.js';

const BEGIN = '<!-- bench:begin, written by bench/docs.js -->';
const END = '<!-- bench:end -->';

export function writeDocs() {
  const all = readAll();
  if (all.length === 0) return;
  const path = join(ROOT, 'docs', 'performance.md');
  const text = fs.readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error('docs/performance.md has no place for the tables');
  const inside = `${BEGIN}\n${section(all)}\n`;
  fs.writeFileSync(path, text.slice(0, begin) + inside + text.slice(end));
  fs.writeFileSync(join(ROOT, 'docs', 'restart.svg'), chart(all.at(-1)));
}

function section(all) {
  const parts = [
    `Save to first line, ms, medians, on Node ${majors(all)}:`,
    overview(all, 'line'),
    'Save to first right response, ms, under a request every 2 ms:',
    overview(all, 'response'),
    ...all.map(details),
  ];
  return `${parts.join('\n\n')}\n`;
}

function details(results) {
  const programs = Object.entries(results.programs).map(
    ([name, data]) => `${PROGRAMS[name].title}:\n\n${programTable(data)}\n\n${startLine(data)}`,
  );
  const summary = `All figures on Node ${results.versions.node}: medians (quartiles)`;
  return `<details>\n<summary>${summary}</summary>\n\n${conditions(results)}\n\n${programs.join('\n\n')}\n\n</details>`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeDocs();
