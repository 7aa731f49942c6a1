// Measures on this machine: cold start, and save to first line of the next run, of autoreload and `node --watch`, in
// turns, so that both see the same noise. Also what the supervisor watches and takes for the Express example.
//   npm run bench [-- rounds]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));
const ROUNDS = Number(process.argv[2] ?? 15);
if (!Number.isInteger(ROUNDS) || ROUNDS < 1) {
  console.error(`The argument is the number of rounds, got ${JSON.stringify(process.argv[2])}. Use 15.`);
  process.exit(2);
}

/** The first statement of the entry's own body. */
const STAMP = 'process.stdout.write(`first line ${process.hrtime.bigint()} of ${version}\\n`);';

const PROGRAMS = {
  'hello (ESM, http server)': {
    'package.json': '{"type":"module"}',
    'version.js': 'export const version = 0;\n',
    'app.js': `import http from 'node:http';\nimport { version } from './version.js';\n${STAMP}\nhttp.createServer().listen(0, '127.0.0.1');\n`,
  },
  'Express, 100 modules': {
    'package.json': '{"type":"module"}',
    'version.js': 'export const version = 0;\n',
    ...Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [
        `routes/r${i}.js`,
        `export default (req, res) => res.send('${i}');\n`,
      ]),
    ),
    'app.js':
      "import express from 'express';\nimport { version } from './version.js';\n" +
      Array.from({ length: 100 }, (_, i) => `import r${i} from './routes/r${i}.js';\n`).join('') +
      `${STAMP}\nconst app = express();\n` +
      Array.from({ length: 100 }, (_, i) => `app.get('/${i}', r${i});\n`).join('') +
      "app.listen(0, '127.0.0.1');\n",
  },
};

const WATCHERS = {
  autoreload: ['--import', 'autoreload/register', 'app.js'],
  'node --watch': ['--watch', '--watch-preserve-output', 'app.js'],
};

console.log(
  `Node ${process.version}, ${os.platform()} ${os.arch()}, ${os.cpus().length} cores, ${ROUNDS} rounds; ms, median (min to max)\n`,
);
console.log(
  '| program | cold start | autoreload: start | autoreload: restart | node --watch: restart | ratio to node --watch | ratio to cold start |',
);
console.log('|---|---|---|---|---|---|---|');
for (const [name, files] of Object.entries(PROGRAMS)) console.log(await benchmark(name, files));
console.log(`\nExpress example: ${await example()}`);

async function benchmark(name, files) {
  const dir = makeProgram(files);
  const cold = [];
  const started = [];
  const restarted = { autoreload: [], 'node --watch': [] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      cold.push(await timeStart(dir, ['app.js']));
      started.push(await timeStart(dir, WATCHERS.autoreload));
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [watcher, args] of Object.entries(WATCHERS))
        restarted[watcher].push(await timeRestart(dir, args));
    }
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
  const ratio = (other) => (median(restarted.autoreload) / median(other)).toFixed(2);
  const cells = [cold, started, restarted.autoreload, restarted['node --watch']].map(summary);
  return `| ${name} | ${cells.join(' | ')} | ${ratio(restarted['node --watch'])} | ${ratio(cold)} |`;
}

/** Start to first line. */
async function timeStart(dir, args) {
  const before = process.hrtime.bigint();
  const app = start(dir, args);
  const line = await app.firstLine();
  await app.end();
  return ms(before, line);
}

/** Save to first line, of the second of two saves: the first one has warmed what there is to warm. */
async function timeRestart(dir, args) {
  const app = start(dir, args);
  await app.firstLine();
  let time = 0;
  for (let save = 0; save < 2; save++) {
    // The time between two saves is part of what is measured: nobody saves at once.
    await new Promise((done) => setTimeout(done, 300));
    const before = process.hrtime.bigint();
    fs.writeFileSync(join(dir, 'version.js'), `export const version = ${before};\n`);
    time = ms(before, await app.firstLine());
  }
  await app.end();
  return time;
}

function start(dir, args) {
  const child = spawn(process.execPath, args, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = [];
  let wake = () => {};
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    const all = (rest + chunk).split('\n');
    rest = all.pop();
    for (const line of all) {
      const [, stamp] = /^first line (\d+)/.exec(line) ?? [];
      if (stamp !== undefined) lines.push(BigInt(stamp));
    }
    wake();
  });
  return {
    pid: child.pid,
    async firstLine() {
      while (lines.length === 0) await new Promise((done) => (wake = done));
      return lines.shift();
    },
    async end() {
      const exited = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** What the supervisor of `npm start` watches, and its memory. */
async function example() {
  const args = ['--import', 'autoreload/register', 'examples/express/app.js'];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PORT: '0' },
  });
  const up = await new Promise((done) => {
    child.stderr.setEncoding('utf8').on('data', (text) => /is up/.test(text) && done(text.trim()));
  });
  const files = /watching (.*)$/.exec(up)?.[1];
  // Files are hashed after the line; the memory that stays is what counts.
  await new Promise((done) => setTimeout(done, 1000));
  const rss =
    os.platform() === 'linux'
      ? /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))
      : null;
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await exited;
  return `watching ${files}, supervisor ${rss ? `${Math.round(Number(rss[1]) / 1024)} MB RSS` : 'memory not known here'}`;
}

function makeProgram(files) {
  const dir = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'autoreload-bench-')));
  fs.mkdirSync(join(dir, 'node_modules'));
  fs.symlinkSync(ROOT, join(dir, 'node_modules/autoreload'), 'junction');
  for (const name of fs.readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.'))
      fs.symlinkSync(join(ROOT, 'node_modules', name), join(dir, 'node_modules', name), 'junction');
  }
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(dir, path, '..'), { recursive: true });
    fs.writeFileSync(join(dir, path), content);
  }
  return dir;
}

function ms(from, to) {
  return Number((to - from) / 1000n) / 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function summary(values) {
  return `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
}
