// Measures the cost of the API in an unsupervised program, in turns with an empty package: time of `import 'autoreload'`,
// time of the whole process, and number of modules. Stores nothing.
//   npm run bench:api [-- rounds]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { argument, makeProgram, ms } from './program.js';
import { median, spread } from './stats.js';

const ROUNDS = argument(2, 'The number of rounds', 40);

/** Packages by name: ours, and an empty one as the lower bound. */
const PACKAGES = ['autoreload', 'empty'];

const dir = makeProgram({
  ...Object.fromEntries(
    PACKAGES.map((name) => [
      `import-${name}.mjs`,
      `await import('other');\n${timed(`await import('${name}')`)}`,
    ]),
  ),
  ...Object.fromEntries(
    PACKAGES.map((name) => [`require-${name}.cjs`, `require('other');\n${timed(`require('${name}')`)}`]),
  ),
  ...Object.fromEntries(PACKAGES.map((name) => [`static-${name}.mjs`, `import '${name}';\n`])),
  'static-nothing.mjs': '',
  'count.cjs':
    "const before = Object.keys(require.cache).length;\nrequire('autoreload');\nconsole.log(Object.keys(require.cache).length - before);\n",
});
for (const name of ['empty', 'other']) {
  const folder = join(dir, 'node_modules', name);
  fs.mkdirSync(folder);
  fs.writeFileSync(join(folder, 'package.json'), '{"exports":{".":"./index.cjs"}}');
  fs.writeFileSync(join(folder, 'index.cjs'), 'exports.nothing = 1;\n');
}

const inside = {};
const whole = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const how of [
    'import-autoreload.mjs',
    'import-empty.mjs',
    'require-autoreload.cjs',
    'require-empty.cjs',
  ])
    (inside[how] ??= []).push(Number(runNode(how).stdout));
  for (const how of ['static-nothing.mjs', 'static-empty.mjs', 'static-autoreload.mjs'])
    (whole[how] ??= []).push(runNode(how).took);
}

console.log(`Node ${process.version}, ${ROUNDS} rounds, medians (quartiles), ms`);
console.log(`modules loaded, besides built-in ones: ${runNode('count.cjs').stdout.trim()}`);
print('in the program', inside);
print('the whole process', whole);
const more = median(whole['static-autoreload.mjs']) - median(whole['static-nothing.mjs']);
console.log(`the whole process, longer than without: ${more.toFixed(1)}`);

/** A program that prints the duration of an expression (ms). */
function timed(expression) {
  return `const from = process.hrtime.bigint();\n${expression};\nconsole.log(Number(process.hrtime.bigint() - from) / 1e6);\n`;
}

function runNode(file) {
  const from = process.hrtime.bigint();
  const { stdout, status } = spawnSync(process.execPath, [file], { cwd: dir, encoding: 'utf8' });
  const took = ms(from, process.hrtime.bigint());
  if (status !== 0) throw new Error(`${file} ended with ${status}`);
  return { stdout, took };
}

function print(title, samples) {
  console.log(`${title}:`);
  for (const [name, values] of Object.entries(samples))
    console.log(`  ${name.padEnd(24)} ${spread(values, 2)}`);
}
