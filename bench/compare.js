// Runs the situations of the README's comparison table with each watcher, and prints what each did.
//   npm run bench:compare
import fs from 'node:fs';
import { join } from 'node:path';
import { makeProgram, pause, removeFolder } from './program.js';
import { start } from './running.js';
import { findWatchers } from './watchers.js';

/** Time for a restart that is due, and quiet time after which a watcher is taken to do nothing more (ms). */
const DUE_MS = 5000;
const QUIET_MS = 1500;

const RUN = /^run (.*)/;
const value = (n) => `export const value = ${n};\n`;
const APP = `import { value } from './value.js';\nconsole.log('run', value);\nsetInterval(() => {}, 1000);\n`;

/** Each situation starts with a running program, and tells in a word what the watcher did. */
const SITUATIONS = {
  'five saves that replace the file': async ({ write, ran, dir }) => {
    let seen = 0;
    for (let n = 2; n <= 6; n++) {
      write('new.tmp', value(n));
      fs.renameSync(join(dir, 'new.tmp'), join(dir, 'value.js'));
      if (await ran(String(n))) seen++;
    }
    return `${seen} of 5`;
  },
  'file deleted, written again 0.3 s later': async ({ write, ran, dir }) => {
    fs.rmSync(join(dir, 'value.js'));
    await pause(300);
    write('value.js', value(2));
    return (await ran('2')) ? 'restarts' : 'lost';
  },
  'missing module created': async ({ write, ran }) => {
    write('app.js', `import './missing.js';\n${APP}`);
    await pause(QUIET_MS);
    write('missing.js', '');
    return (await ran('1')) ? 'restarts' : 'lost';
  },
  'same bytes saved again': async ({ write, ran }) => {
    write('value.js', value(1));
    return (await ran('1', QUIET_MS)) ? 'restarts' : 'nothing';
  },
  'new file that nothing imports': async ({ write, ran }) => {
    write('other.js', '');
    return (await ran('1', QUIET_MS)) ? 'restarts' : 'nothing';
  },
  'program that ignores SIGTERM': async ({ write, ran }) => {
    write('app.js', `process.on('SIGTERM', () => {});\n${APP}`);
    if (!(await ran('1'))) return 'lost';
    write('value.js', value(2));
    return (await ran('2', 3 * DUE_MS)) ? 'replaced' : 'never replaced';
  },
};

const { watchers, env, packages, versions } = findWatchers();
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
);
const names = Object.keys(watchers).filter(
  (name) => !name.includes(',') && watchers[name].form === undefined,
);
console.log(`\n| | ${names.join(' | ')} |\n|${'---|'.repeat(names.length + 1)}`);
for (const [situation, act] of Object.entries(SITUATIONS)) {
  const cells = [];
  for (const name of names) cells.push(await tried(watchers[name], act));
  console.log(`| ${situation} | ${cells.join(' | ')} |`);
}

async function tried({ call }, act) {
  const dir = makeProgram(
    { 'package.json': '{"type":"module"}', 'app.js': APP, 'value.js': value(1) },
    packages,
  );
  const { command, args } = call({ entry: 'app.js', typescript: false });
  const app = start(dir, args, { command, env });
  const ran = async (text, ms = DUE_MS) => {
    for (;;) {
      const line = await app.line(RUN, ms);
      if (!line || line.match[1] === text) return line !== undefined;
    }
  };
  try {
    if (!(await ran('1', 4 * DUE_MS))) return 'did not start';
    await pause(QUIET_MS);
    return await act({ dir, ran, write: (path, text) => fs.writeFileSync(join(dir, path), text) });
  } finally {
    await app.end();
    removeFolder(dir);
  }
}
