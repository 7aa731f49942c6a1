// Draws the time from save to first line as an SVG bar chart for light and dark pages.
import { PROGRAMS } from './programs.js';
import { PLAIN } from './rounds.js';
import { median } from './stats.js';

const SHOWN = ['hello', 'express'];
/** Measured for memory only. */
const HIDDEN = new Set(['autoreload, no standby']);

const WIDTH = 720;
const LEFT = 180;
const RIGHT = 80;
const ROW = 26;
const HEAD = 40;

export function chart(results) {
  const groups = SHOWN.filter((name) => results.programs[name]).map((name) => ({
    title: `${PROGRAMS[name].title}: save to first line, Node ${Number.parseInt(results.versions.node, 10)}`,
    bars: bars(results.programs[name]),
  }));
  const most = Math.max(...groups.flatMap(({ bars: all }) => all.map(({ value }) => value)));
  const parts = [];
  let y = 8;
  for (const group of groups) {
    parts.push(`<text class="strong" x="${LEFT}" y="${y + 22}">${escape(group.title)}</text>`);
    y += HEAD;
    for (const one of group.bars) {
      parts.push(bar(one, y, most));
      y += ROW;
    }
    y += 12;
  }
  const spoken = groups.map(
    ({ title, bars: all }) => `${title}: ${all.map(({ name, value }) => `${name} ${ms(value)}`).join(', ')}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">
<title>${escape(spoken.join('. '))}</title>
<style>
  text { font: 14px -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; fill: #1f2328; }
  .strong { font-weight: 600; }
  .value { font-variant-numeric: tabular-nums; }
  .own { fill: #1a7f37; }
  .other { fill: #8c959f; }
  .cold { fill: #c8d1da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .own { fill: #3fb950; }
    .other { fill: #6e7681; }
    .cold { fill: #444c56; }
  }
</style>
${parts.join('\n')}
</svg>
`;
}

function bars(data) {
  return Object.entries(data)
    .filter(([name, { line }]) => !HIDDEN.has(name) && line.length > 0)
    .map(([name, { line }]) => ({
      name: name === PLAIN ? 'cold start' : name,
      kind: name === PLAIN ? 'cold' : name === 'autoreload' ? 'own' : 'other',
      value: median(line),
    }));
}

function bar({ name, kind, value }, y, most) {
  const width = Math.max(1, (value / most) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const weight = kind === 'own' ? ' class="strong"' : '';
  return [
    `<text x="${LEFT - 10}" y="${y + 15}" text-anchor="end"${weight}>${escape(name)}</text>`,
    `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width}" height="${ROW - 6}" rx="2"/>`,
    `<text class="value" x="${(LEFT + Number(width) + 8).toFixed(1)}" y="${y + 15}">${ms(value)}</text>`,
  ].join('\n');
}

function ms(value) {
  return `${value.toFixed(0)} ms`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
