// Measures the command `autoreload`, in turns with its alternatives: start to first line of a Node program, then save to
// first line of another command. Stores nothing.
//   npm run bench:commands [-- rounds]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { findPeers } from './peers.js';
import { argument, makeFolder, makeProgram, ms, pause, ROOT } from './program.js';
import { start } from './running.js';
import { median, spread } from './stats.js';

const ROUNDS = argument(2, 'The number of rounds', 15);
const FILES = 100;
const MISSED_MS = 5000;
const REST_MS = 500;

const CLI = join(ROOT, 'dist/cli.js');
const LINE = /^first line/;

/** A program that keeps running, like a server. */
const SERVER = '#!/bin/sh\necho first line\nexec sleep 1000\n';

const starts = await measureStarts();
print('Start to first line of `app.js`', starts, 'plain node');
if (process.platform !== 'win32') {
  const restarts = await measureRestarts();
  print(`Save to first line of a command, ${FILES} files watched`, restarts, 'autoreload');
}

async function measureStarts() {
  const dir = makeProgram({ 'app.js': "console.log('first line');\nsetInterval(() => {}, 1000);\n" });
  const commands = {
    'plain node': ['app.js'],
    'node --import autoreload/register': ['--import', 'autoreload/register', 'app.js'],
    'the command autoreload': [CLI, 'app.js'],
  };
  const found = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const from = process.hrtime.bigint();
      const program = start(dir, args);
      const line = await program.line(LINE, MISSED_MS);
      if (line) (found[name] ??= []).push(ms(from, line.at));
      await program.end();
    }
  }
  return found;
}

async function measureRestarts() {
  const tools = findTools();
  const running = {};
  const found = {};
  for (const [name, [command, ...args]] of Object.entries(tools)) {
    const dir = makeFolder();
    for (let i = 0; i < FILES; i++) fs.writeFileSync(join(dir, `${i}.txt`), 'first');
    fs.writeFileSync(join(dir, 'run.sh'), SERVER, { mode: 0o755 });
    running[name] = { dir, program: start(dir, args, { command }) };
    await running[name].program.line(LINE, MISSED_MS);
  }
  await pause(2 * REST_MS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, { dir, program }] of Object.entries(running)) {
      const from = process.hrtime.bigint();
      fs.writeFileSync(join(dir, '5.txt'), `round ${round}, longer than before`);
      const line = await program.line(LINE, MISSED_MS);
      (found[name] ??= []).push(line ? ms(from, line.at) : NaN);
      await pause(REST_MS);
    }
  }
  for (const { program } of Object.values(running)) await program.end();
  return found;
}

/** The tools installed on this machine. */
function findTools() {
  const { nodemon } = findPeers();
  const { execPath } = process;
  const tools = { autoreload: [execPath, CLI, '--watch', '.', '--ext', 'txt', '--', './run.sh'] };
  if (nodemon) tools.nodemon = [execPath, nodemon.path, '--watch', '.', '--ext', 'txt', '--exec', './run.sh'];
  if (isThere('entr')) tools['entr -r'] = ['/bin/sh', '-c', 'ls *.txt | entr -nr ./run.sh'];
  if (isThere('watchexec')) tools.watchexec = ['watchexec', '-r', '-e', 'txt', '--', './run.sh'];
  return tools;
}

function isThere(name) {
  const isFound = spawnSync(name, ['--version']).error === undefined;
  if (!isFound) console.error(`${name} is left out: it is not installed`);
  return isFound;
}

function print(title, found, reference) {
  console.log(`\n## ${title}, ms, ${ROUNDS} rounds, Node ${process.version}\n`);
  console.log('| | median (quartiles) | ratio | missed |\n|---|---|---|---|');
  const base = median(found[reference].filter((value) => !Number.isNaN(value)));
  for (const [name, values] of Object.entries(found)) {
    const good = values.filter((value) => !Number.isNaN(value));
    const ratio = good.length > 0 ? (median(good) / base).toFixed(2) : '-';
    console.log(`| ${name} | ${spread(good)} | ${ratio} | ${ROUNDS - good.length} |`);
  }
}
