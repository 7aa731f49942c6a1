// Measures on this machine: cold start, and save to first line of the next run, of autoreload and `node --watch`, in
// turns, so that both see the same noise. Also what the supervisor watches and takes for the Express example.
//   npm run bench [-- rounds]
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { memory } from './proc.js';
import { argument, makeProgram, median, ms, pause, ROOT, start, summary, WATCHERS } from './program.js';

const ROUNDS = argument(2, 'The number of rounds', 15);

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
  const cells = [cold, started, restarted.autoreload, restarted['node --watch']].map((values) =>
    summary(values),
  );
  return `| ${name} | ${cells.join(' | ')} | ${ratio(restarted['node --watch'])} | ${ratio(cold)} |`;
}

/** Start to first line. */
async function timeStart(dir, args) {
  const before = process.hrtime.bigint();
  const app = start(dir, args);
  const line = await firstLine(app);
  await app.end();
  return ms(before, line);
}

/** Save to first line, of the second of two saves: the first one has warmed what there is to warm. */
async function timeRestart(dir, args) {
  const app = start(dir, args);
  await firstLine(app);
  let time = 0;
  for (let save = 0; save < 2; save++) {
    await pause(300);
    const before = process.hrtime.bigint();
    fs.writeFileSync(join(dir, 'version.js'), `export const version = ${before};\n`);
    time = ms(before, await firstLine(app));
  }
  await app.end();
  return time;
}

async function firstLine(app) {
  const { match } = await app.line(/^first line (\d+)/);
  return BigInt(match[1]);
}

/** What the supervisor of `npm start` watches, and its memory. */
async function example() {
  process.env.PORT = '0';
  const app = start(ROOT, ['--import', 'autoreload/register', 'examples/express/app.js']);
  const { match } = await app.line(/is up .* watching (.*)$/);
  // Files are hashed after the line; the memory that stays is what counts.
  await pause(1000);
  const taken = memory(app.pid);
  await app.end();
  return `watching ${match[1]}, supervisor ${taken ? `${taken.rss.toFixed(0)} MB RSS` : 'memory not known here'}`;
}
