// Measures a large program, in turns with `node --watch`: CPU time of the child beside plain Node, time until all files are
// watched, and memory, watches and idle CPU time of the supervisor.
//   npm run bench:scale [-- modules [rounds]]
import fs from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { memory, processorTime, watches } from './proc.js';
import { argument, makeProgram, ms, pause, WATCHERS } from './program.js';
import { start } from './running.js';
import { summary } from './stats.js';

const MODULES = argument(2, 'The number of modules', 10_000);
const ROUNDS = argument(3, 'The number of rounds', 5);

/** Timeout for a restart after a save; then the save counts as missed (ms). */
const MISSED_MS = 15_000;
const IDLE_MS = 10_000;

const COMMANDS = { 'plain node': ['app.js'], ...WATCHERS };
const files = program(MODULES);
const own = Object.keys(files).filter((path) => path.startsWith('src/'));
const dir = makeProgram(files);
const cold = {};
const restarts = {};
const rest = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, args] of Object.entries(COMMANDS)) (cold[name] ??= []).push(await coldStart(args));
}
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, args] of Object.entries(WATCHERS))
    (restarts[name] ??= []).push(await restart(args, name, round));
}
for (const [name, args] of Object.entries(WATCHERS)) rest[name] = await atRest(args);
print();

/** The files of a program: a tenth belongs to the project, the rest to packages of ten files; half are ES modules. */
function program(modules) {
  const mine = Math.round(modules / 10);
  const packages = Math.round((modules * 9) / 100);
  const all = {};
  /** @type {{ require: string[], import: string[] }} */
  const entry = { require: [], import: [] };
  const load = (how, what) => (how === 'require' ? `require('${what}');\n` : `import '${what}';\n`);
  for (let i = 0; i < mine; i++) {
    const folder = Math.floor(i / 20);
    const how = folder % 2 === 0 ? 'require' : 'import';
    const extension = how === 'require' ? 'cjs' : 'mjs';
    const path = `src/d${folder}/m${i}.${extension}`;
    entry[how].push(path);
    all[path] = `// ${'x'.repeat(500)}\n`;
    if (i >= packages) continue;
    all[path] += load(how, `p${i}`);
    // `import` loads CommonJS too.
    const inside = how === 'import' && i % 3 !== 0 ? 'import' : 'require';
    const type = inside === 'import' ? 'module' : 'commonjs';
    const parts = [
      'lib/a',
      'lib/b',
      'lib/c',
      'lib/util/d',
      'lib/util/e',
      'lib/util/f',
      'dist/g',
      'dist/h',
      'dist/i',
    ];
    all[`node_modules/p${i}/package.json`] = JSON.stringify({ name: `p${i}`, type, exports: './index.js' });
    all[`node_modules/p${i}/index.js`] = parts.map((part) => load(inside, `./${part}.js`)).join('');
    for (const part of parts) all[`node_modules/p${i}/${part}.js`] = `// ${'y'.repeat(1500)}\n`;
  }
  all['src/esm.mjs'] = entry.import.map((path) => `import '../${path}';\n`).join('');
  all['app.js'] =
    'process.stdout.write(`first ${process.hrtime.bigint()}\\n`);\n' +
    entry.require.map((path) => `require('./${path}');\n`).join('') +
    'setInterval(() => {}, 1e6);\n' +
    "import('./src/esm.mjs').then(() => {\n" +
    '  const { user, system } = process.cpuUsage();\n' +
    '  process.stdout.write(`loaded ${process.hrtime.bigint()} ${user + system}\\n`);\n' +
    '});\n';
  return all;
}

async function coldStart(args) {
  const before = process.hrtime.bigint();
  const app = start(dir, args);
  const loaded = await whenLoaded(app);
  const up = args === WATCHERS.autoreload ? await whenUp(app) : undefined;
  await app.end();
  return { loaded: ms(before, loaded.at), cpu: loaded.cpu, up: up && ms(loaded.at, up.at), files: up?.files };
}

/** Saves three files: when all are loaded, when all are watched, and after a pause. The last one is timed. */
async function restart(args, name, round) {
  const app = start(dir, args);
  const result = { saves: 0, seen: 0, time: undefined };
  const save = async () => {
    const path = join(dir, own[(round * 7919 + result.saves * 104_729) % own.length]);
    result.saves++;
    const before = process.hrtime.bigint();
    fs.appendFileSync(path, `// ${before}\n`);
    const first = await Promise.race([app.line(/^first (\d+)/), pause(MISSED_MS)]);
    if (!first) return undefined;
    result.seen++;
    return ms(before, BigInt(first.match[1]));
  };
  await app.line(/^first/);
  await whenLoaded(app);
  if ((await save()) !== undefined) await whenLoaded(app);
  if (name === 'autoreload') {
    await whenUp(app);
    if ((await save()) !== undefined) await whenUp(app);
  }
  await pause(1000);
  result.time = await save();
  await app.end();
  return result;
}

/** Memory, watches and CPU time of a supervisor at rest. */
async function atRest(args) {
  const app = start(dir, args);
  const loaded = await whenLoaded(app);
  let armed = { count: -1, at: loaded.at };
  for (let quiet = 0; quiet < 20; quiet++) {
    const count = watches(app.pid);
    if (count !== armed.count) {
      armed = { count, at: process.hrtime.bigint() };
      quiet = 0;
    }
    await pause(50);
  }
  let before;
  do {
    before = processorTime(app.pid);
    await pause(1000);
  } while (processorTime(app.pid) !== before);
  await pause(IDLE_MS);
  const idle = processorTime(app.pid) - before;
  const result = {
    armed: ms(loaded.at, armed.at),
    count: armed.count,
    idle,
    busy: before,
    ...memory(app.pid),
  };
  await app.end();
  return result;
}

async function whenLoaded(app) {
  const { match } = await app.line(/^loaded (\d+) (\d+)/);
  return { at: BigInt(match[1]), cpu: Number(match[2]) / 1000 };
}

async function whenUp(app) {
  const { match, at } = await app.line(/ is up .* watching (\d+)/);
  return { at, files: Number(match[1]) };
}

/** Expected watches: one per folder, and one per file of the project. */
function bound() {
  const folders = new Set();
  for (const path of Object.keys(files)) {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  }
  return folders.size + Object.keys(files).filter((path) => !path.startsWith('node_modules/')).length;
}

function print() {
  const column = (name, key) => cold[name].map((one) => one[key]);
  const plain = column('plain node', 'cpu');
  console.log(
    `Node ${process.version}, ${os.platform()} ${os.arch()}, ${os.cpus().length} cores, ${column('autoreload', 'files')[0]} files, ${ROUNDS} rounds; median (min to max)\n`,
  );
  const row = (text, of) => console.log(`| ${text} | ${Object.keys(COMMANDS).map(of).join(' | ')} |`);
  const watcher = (text, of) => row(text, (name) => (name in WATCHERS ? of(name) : '-'));
  row('', (name) => name);
  row('---', () => '---');
  row('start to last statement, ms', (name) => summary(column(name, 'loaded')));
  row('CPU time of the program until then, ms', (name) => summary(column(name, 'cpu')));
  row('ratio of this CPU time to plain node', (name) =>
    summary(
      column(name, 'cpu').map((cpu, round) => cpu / plain[round]),
      3,
    ),
  );
  row('last statement to "is up", ms', (name) =>
    summary(column(name, 'up').filter((time) => time !== undefined)),
  );
  watcher('last statement to the last watch, ms', (name) => rest[name].armed.toFixed(0));
  watcher('save to first line, ms', (name) =>
    summary(restarts[name].map(({ time }) => time).filter((time) => time !== undefined)),
  );
  watcher('saves noticed, of', (name) => {
    const total = (key) => restarts[name].reduce((sum, one) => sum + one[key], 0);
    return `${total('seen')} of ${total('saves')}`;
  });
  watcher('supervisor: RSS, MB', (name) => rest[name].rss?.toFixed(0));
  watcher('supervisor: PSS, MB', (name) => rest[name].pss?.toFixed(0));
  watcher('supervisor: peak RSS, MB', (name) => rest[name].peak?.toFixed(0));
  watcher(`supervisor: watches (${bound()} folders and own files)`, (name) => rest[name].count);
  watcher('supervisor: CPU time until at rest, ms', (name) => rest[name].busy);
  watcher(`supervisor: CPU time in ${IDLE_MS / 1000} s at rest, ms`, (name) => rest[name].idle);
}
