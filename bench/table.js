// Formats figures as Markdown tables.
import { PROGRAMS } from './programs.js';
import { PLAIN } from './rounds.js';
import { median, spread } from './stats.js';

const REFERENCE = 'node --watch';

/** All figures of one program on one Node version, one row per watcher. */
export function programTable(data) {
  const rows = Object.entries(data).map(([name, one]) => [
    label(name),
    spread(one.line),
    spread(one.response),
    ratio(one, data[REFERENCE]),
    ratio(one, data[PLAIN]),
    one.refused ? `${spread(one.refused)} · ${spread(one.failed)}` : '',
    one.cpu ? spread(one.cpu) : '',
    one.idle?.toFixed(0) ?? '',
    one.memory ? one.memory.toFixed(0) + (one.processes ? ` · ${one.processes}` : '') : '',
    one.failures?.length ? `${one.failures.length}` : '',
  ]);
  const head = [
    '',
    'first line, ms',
    'first right response, ms',
    'ratio to `node --watch`',
    'ratio to a cold start',
    'requests refused · failed',
    'CPU of a restart, ms',
    'CPU in 10 s at rest, ms',
    'memory, MB · processes',
    'failures',
  ];
  return table(head, rows);
}

/** The start time, which the table has no column for. */
export function startLine(data) {
  const start = data.autoreload?.start;
  return start ? `Start to first line under autoreload: ${spread(start)} ms.` : '';
}

/** The medians of one figure: one row per watcher, one column per program, all Node versions in a cell. */
export function overview(all, figure) {
  const names = new Set(all.flatMap(({ programs }) => Object.values(programs).flatMap(Object.keys)));
  const programs = Object.keys(PROGRAMS);
  const cell = (name, program) => {
    const cells = all.map((results) => {
      const values = results.programs[program]?.[name]?.[figure] ?? [];
      return values.length > 0 ? median(values).toFixed(0) : '-';
    });
    return cells.every((one) => one === '-') ? '-' : cells.join(' · ');
  };
  const rows = [...names].map((name) => [label(name), ...programs.map((program) => cell(name, program))]);
  return table(['', ...programs.map((program) => PROGRAMS[program].title)], rows);
}

/** Platform, cores, rounds, and versions. */
export function conditions(results) {
  const { node: _, autoreload: __, ...peers } = results.versions;
  const tools = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  const on = `Node ${results.versions.node}, ${results.platform} ${results.arch}, ${results.cores} cores`;
  return `${[`${on}, ${results.rounds} rounds`, ...tools].join(', ')}.`;
}

function label(name) {
  return name === PLAIN ? 'cold start, `node app`' : name;
}

function ratio(one, other) {
  if (!other || one === other) return '';
  const of = (figure) =>
    one[figure].length > 0 && other[figure].length > 0
      ? (median(one[figure]) / median(other[figure])).toFixed(2)
      : '-';
  return `${of('line')} · ${of('response')}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
