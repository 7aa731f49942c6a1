// A standby links the modules that have not been edited, without any visible difference but its speed, and nothing stale ever runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { LOOK } from '../../helpers/look.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const DEBUG = { AUTORELOAD_LOG: 'debug' };

/** Enough modules to be linked, each with a number. */
const NUMBERS = Array.from({ length: 20 }, (_, n) => n);
const PARTS = Object.fromEntries(NUMBERS.map((n) => [`part${n}.js`, `export default ${n};\n`]));
const IMPORTS = NUMBERS.map((n) => `import part${n} from './part${n}.js';\n`).join('');
const SUM = NUMBERS.map((n) => `part${n}`).join(' + ');

/** Waits until a standby has linked modules, and returns its pid. */
async function linked(app: Run): Promise<number> {
  const line = await app.line(/a standby has linked modules \(pid \d+\)/);
  return Number(/\d+/.exec(line)?.[0]);
}

/** A program that prints its pid and the sum of its parts. */
function program(head = ''): Record<string, string> {
  return { ...PARTS, 'app.js': `${head}${IMPORTS}console.log('ran', process.pid, ${SUM});\n${STAY}` };
}

test('from the second save of a file on, the standby that has linked the other modules runs', async () => {
  using project = new Project(program());
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line(/^ran \d+ 190$/);
  for (const value of [1, 2, 3, 4]) {
    const pid = await linked(app);
    project.write('part0.js', `export default ${value};\n`);
    const line = await app.line(/^ran /);
    assert.equal(line.endsWith(` ${190 + value}`), true, line);
    // The first save was that of a linked module: the other standby ran.
    assert.equal(line.includes(` ${pid} `), value > 1, line);
  }
});

test('a module that no longer is imported does not count, though it was linked', async () => {
  const head = "import './deep.js';\n";
  using project = new Project({ ...program(head), 'deep.js': "import './deeper.js';\n", 'deeper.js': '' });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line(/^ran /);
  await linked(app);
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line(/^ran /);
  const pid = await linked(app);
  project.write('app.js', project.read('app.js').replace(head, ''));
  assert.match(await app.line(/^ran /), new RegExp(`^ran ${pid} `));
  await app.line(/is up in \d+ ms, watching 21 files/);
  const { restarts } = app;
  project.write('deeper.js', '// edited\n');
  project.write('part1.js', 'export default 0;\n');
  await app.line(/^\[autoreload\] part1\.js changed \(imported by app\.js\), restarting/);
  await app.line(/^ran \d+ 189$/);
  assert.equal(app.restarts, restarts + 1);
});

test('a save of a module that was linked ahead is not lost, at any moment', async () => {
  using project = new Project(program());
  await using app = run(project, 'app.js');
  await app.line(/^ran \d+ 190$/);
  for (let round = 1; round <= 24; round++) {
    // Each save finds a standby at another moment: not there, booting, linking or waiting. Now and then a longer pause, because a file that is
    // saved right after each start passes for one that the program writes.
    await pause(round % 3 === 0 ? 700 : (round % 12) * 20);
    project.write('part0.js', `export default ${100 * round};\n`);
    project.write(`part${1 + (round % 4)}.js`, `export default ${1000 * round};\n`);
    let sum = 0;
    for (const n of NUMBERS) sum += Number(/\d+/.exec(project.read(`part${n}.js`))?.[0]);
    await app.line(new RegExp(`^ran \\d+ ${sum}$`));
  }
});

test('a module that the program writes before it imports it is not linked ahead', async () => {
  const write = `import fs from 'node:fs';
const at = String(process.hrtime.bigint());
fs.writeFileSync('built.mjs', \`export default '\${at}';\`);
const { default: read } = await import('./built.mjs');
console.log('fresh', read === at);
`;
  using project = new Project(program(write));
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.lines('fresh true', /^ran /);
  for (const value of [1, 2, 3]) {
    await linked(app);
    project.write('part0.js', `export default ${value};\n`);
    await app.lines('fresh true', new RegExp(`^ran \\d+ ${190 + value}$`));
  }
  assert.equal(app.restarts, 3);
});

test('a program that registers hooks is not linked ahead', async () => {
  const head = `import { register } from 'node:module';
register('data:text/javascript,export const load = (url, context, next) => next(url, context);', import.meta.url);
`;
  using project = new Project(program(head));
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line(/^ran /);
  await app.line(/a standby waits \(pid \d+\)$/);
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line(/^ran /);
  await app.line(/a standby waits \(pid \d+\)$/);
  assert.equal(app.transcript.count(/and links/), 0);
});

test('a change that leads an import elsewhere is seen by linked modules', async () => {
  using project = new Project({
    ...program("import './part0.js';\n"),
    'package.json': JSON.stringify({ type: 'module', imports: { '#mode': './one.js' } }),
    'one.js': "console.log('mode one');\n",
    'two.js': "console.log('mode two');\n",
    'part0.js': "import '#mode';\nexport default 0;\n",
  });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.lines('mode one', /^ran /);
  await linked(app);
  project.write('package.json', JSON.stringify({ type: 'module', imports: { '#mode': './two.js' } }));
  await app.lines('mode two', /^ran /);
});

test('a CommonJS worker of a program that was linked ahead sees what it sees otherwise', async () => {
  using project = new Project({
    ...program("import { Worker } from 'node:worker_threads';\nnew Worker('./worker.cjs');\n"),
    'worker.cjs': "console.log('worker', module.parent, require.main === module, process.execArgv.length);\n",
  });
  await using app = run(project, 'app.js', { env: DEBUG });
  const first = await app.line(/^worker /);
  for (let round = 0; round < 2; round++) {
    const pid = await linked(app);
    project.write('app.js', `${project.read('app.js')}// edited\n`);
    await app.lines(new RegExp(`^ran ${round === 0 ? '' : pid}`), first);
  }
});

test('a program that was linked ahead sees the same properties as any other run', async () => {
  using project = new Project({
    ...program("import look from './look.cjs';\nimport http from 'node:http';\nlook.show('all');\n"),
    'look.cjs': LOOK,
    'part1.js': 'export default await 1;\n',
    'part2.js': "import './part3.js';\nexport default 2;\n",
    'part3.js': "import './part2.js';\nexport default 3;\n",
    'part4.js': "import data from './data.json' with { type: 'json' };\nexport default data.four;\n",
    'data.json': '{ "four": 4 }',
  });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line(/^ran \d+ 190$/);
  const runs: string[][] = [app.transcript.lines('stdout')];
  for (let round = 0; round < 2; round++) {
    const pid = await linked(app);
    project.write('app.js', `${project.read('app.js')}// edited\n`);
    await app.line(new RegExp(`^ran ${round === 0 ? '' : pid}`));
    runs.push(app.transcript.lines('stdout').slice(runs.flat().length));
  }
  const [first, second, third] = runs.map((lines) => lines.filter((line) => !line.startsWith('ran ')));
  assert.ok(first && first.length > 100);
  assert.deepEqual(second, first);
  assert.deepEqual(third, first);
  const warnings = app.transcript.count(/ExperimentalWarning/);
  assert.equal(warnings % 3, 0);
});
