// Many files that are saved together cause one restart, or at most two, and the last run has all new content.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, until } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { inPlace, pause, renameOver } from '../../helpers/saves.ts';
import type { Save } from '../../helpers/saves.ts';

const COUNT = 60;
const UP = / is up in /;

const APP = `${modules((i) => `import m${i} from './${path(i)}';`).join('\n')}
console.log('versions', [${modules((i) => `m${i}`).join()}].join(''));
setInterval(() => {}, 1000);
`;

function modules<T>(map: (i: number) => T): T[] {
  return Array.from({ length: COUNT }, (_, i) => map(i));
}

/** The modules lie in seven folders. */
function path(i: number): string {
  return `src/${i % 7}/m${i}.js`;
}

function source(version: number): string {
  return `export default ${version};\n`;
}

/** Saves every module twice, 60 in less than 300 ms. `gaps`: pause after each (ms). */
async function burst(save: Save, gaps: (i: number) => number): Promise<void> {
  using project = new Project({
    'app.js': APP,
    ...Object.fromEntries(modules((i) => [path(i), source(1)])),
  });
  await using app = run(project, 'app.js');
  await app.lines(`versions ${'1'.repeat(COUNT)}`, UP);
  let restarts = 0;
  for (const version of [2, 3]) {
    for (let i = 0; i < COUNT; i++) {
      await save(project, path(i), source(version));
      if (gaps(i) > 0) await pause(gaps(i));
    }
    await app.line(`versions ${String(version).repeat(COUNT)}`);
    // The entry is saved last: its restart comes after all others. A module that was saved while the run loaded it may be part of it.
    project.write('app.js', `${APP}console.log('entry', ${version});\n`);
    await app.line(`entry ${version}`);
    await until('the run is up', () => UP.test(app.transcript.lines('stderr').at(-1) ?? ''));
    assert.ok(app.restarts - restarts - 1 <= 2);
    restarts = app.restarts;
  }
}

test('60 modules rewritten in place, at once', async () => await burst(inPlace, () => 0));

test('60 modules rewritten in place, within 300 ms', async () => {
  await burst(inPlace, (i) => (i % 2 === 0 ? 7 : 0));
});

test('60 modules renamed over, at once', async () => await burst(renameOver, () => 0));

test('60 modules renamed over, within 300 ms', async () => {
  await burst(renameOver, (i) => (i % 2 === 0 ? 7 : 0));
});

test('60 modules rewritten within 300 ms, in groups 40 ms apart', async () => {
  await burst(inPlace, (i) => (i % 10 === 9 && i < COUNT - 1 ? 40 : 0));
});

test('several large files, at once: a save of the same bytes does nothing, other bytes restart', async () => {
  const names = Array.from({ length: 5 }, (_, i) => `large${i}.bin`);
  const content = (digit: number): string => String(digit).repeat(3_000_000);
  using project = new Project({
    'app.js': `import fs from 'node:fs';
const urls = [${names.map((name) => `new URL('./${name}', import.meta.url)`).join()}];
console.log('first', urls.map((url) => fs.readFileSync(url, 'latin1')[0]).join(''));
setInterval(() => {}, 1000);
`,
    ...Object.fromEntries(names.map((name) => [name, content(1)])),
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  const compared = async (): Promise<void> => {
    // At the event it is not known what a large file contains.
    await app.lines(...names.flatMap((name) => [`[autoreload] ${project.path(name)}: same`]));
  };
  await app.lines('first 11111', UP);
  await compared();
  for (const name of names) project.write(name, content(1));
  await compared();
  assert.equal(app.restarts, 0);
  for (const name of names) project.write(name, content(2));
  await app.lines(/^\[autoreload\] large\d\.bin changed.*restarting$/, 'first 22222', UP);
  assert.ok(app.restarts <= 2);
});
