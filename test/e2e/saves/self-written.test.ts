// Programs that write their own files do not restart for ever, and other special files are watched like any file.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { gone, run, until } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

test('a module that the program writes, loads and removes does not restart it', async () => {
  const source = `
import fs from 'node:fs';
const file = new URL(\`./config.\${Date.now()}.mjs\`, import.meta.url);
fs.writeFileSync(file, 'export default 1;');
await import(file);
fs.rmSync(file);
console.log('loaded');
setInterval(() => {}, 1000);
`;
  using project = new Project({ 'app.js': source, 'other.js': '' });
  await using app = run(project, 'app.js');
  await app.lines('loaded', / is up in /);
  // A restart for the removed file would come within this time: the quiet time of a deleted file is a second.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  project.write('app.js', `${source}// edited\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.lines('loaded', / is up in /);
  assert.equal(app.restarts, 1);
});

test('a program that writes a module at each start, and crashes before it loads it, restarts three times at most', async () => {
  using project = new Project({
    'package.json': '{}',
    'app.cjs': `require('node:fs').writeFileSync('built.cjs', 'exports.at = ' + process.hrtime.bigint() + 'n;');
require('./a.cjs');
require('./built.cjs');
console.log('loaded');
setInterval(() => {}, 1000);
`,
    'a.cjs': '',
  });
  await using app = run(project, 'app.cjs');
  await app.lines('loaded', / is up in /);
  project.write('a.cjs', "throw new Error('broken');\n");
  await app.line(/built\.cjs changes right after each start/);
  await app.line(/ failed with exit code 1, waiting/);
  assert.equal(app.transcript.count(/built\.cjs changed .*, restarting/), 3);
  project.write('built.cjs', '// edited\n');
  await app.line('[autoreload] built.cjs changed (imported by app.cjs), restarting');
  project.write('a.cjs', '');
  await app.lines('loaded', / is up in /);
});

for (const [name, content, args, read] of [
  ['.env', (n: number) => `SAVE=${n}\n`, ['--env-file=.env'], 'process.env.SAVE'],
  [
    'package.json',
    (n: number) => `{ "type": "module", "imports": { "#n": "./${n}.js" } }`,
    [],
    "(await import('#n')).n",
  ],
] as const)
  test(`settings count however often they are saved right after a start: ${name}`, async () => {
    // Where the system does not tell who writes, the fourth save restarts 2 s later, and the fifth 8 s later.
    const saves = process.platform === 'linux' ? 7 : 4;
    const modules = Array.from({ length: 8 }, (_, n) => [`${n}.js`, `export const n = ${n};\n`] as const);
    using project = new Project({
      ...Object.fromEntries(modules),
      [name]: content(0),
      'app.js': `console.log('save', ${read});\nsetInterval(() => {}, 1000);\n`,
    });
    await using app = run(project, [...args, 'app.js']);
    await app.lines('save 0', / is up in /);
    for (let n = 1; n <= saves; n++) {
      // The clock of the file system lags, so that an earlier save might look as if it had been made before the program was up.
      await new Promise((resolve) => setTimeout(resolve, 20));
      project.write(name, content(n));
      await app.lines(`save ${n}`, / is up in /);
    }
  });

test('a setting that is saved right after each start is delayed where nothing tells who writes, and not lost', async () => {
  using project = new Project({
    '.env': 'SAVE=0\n',
    // The program writes all the time.
    'app.js': `import fs from 'node:fs';
console.log('save', process.env.SAVE);
const write = () => fs.writeFileSync('out.txt', String(process.hrtime.bigint()));
write();
setInterval(write, 5);
`,
  });
  await using app = run(project, ['--env-file=.env', 'app.js']);
  const told = /^\[autoreload\] \.env (changed, restarting|changes right after .* its restarts are delayed)/;
  let saves = 0;
  for (let line = ''; !line.includes('delayed'); line = await app.line(told)) {
    await app.lines(`save ${saves}`, / is up in /);
    const before = project.read('out.txt');
    await until('the program has written', () => !['', before].includes(project.read('out.txt')));
    project.write('.env', `SAVE=${++saves}\n`);
  }
  await app.lines('[autoreload] .env changed, restarting', `save ${saves}`, / is up in /);
  // After more than half a second, it is the user who saves, and nothing is delayed.
  await new Promise((resolve) => setTimeout(resolve, 600));
  project.write('.env', 'SAVE=last\n');
  await app.lines('[autoreload] .env changed, restarting', 'save last');
});

test('a missing target of `imports` in package.json, then created', async () => {
  using project = new Project({
    'package.json': '{ "type": "module", "imports": { "#db": "./src/db.js" } }',
    'app.js': "import { db } from '#db';\nconsole.log(db);\n",
  });
  await using app = run(project, 'app.js');
  await app.line('[autoreload] app.js failed with exit code 1, waiting for src/db.js or a change in 1 file');
  project.write('src/db.js', "export const db = 'there';\n");
  await app.line('[autoreload] src/db.js created (imported by app.js), restarting');
  await app.line('there');
});

test('a short program does not restart for an import that it has dropped', async () => {
  using project = new Project({
    'app.js': "import './old.js';\nimport './kept.js';\nconsole.log('one');\n",
    'old.js': '',
    'kept.js': '',
  });
  await using app = run(project, 'app.js');
  await app.lines('one', '[autoreload] app.js completed, waiting for a change in 3 files');
  project.write('app.js', "import './kept.js';\nconsole.log('two');\n");
  await app.lines('two', '[autoreload] app.js completed, waiting for a change in 2 files');
  project.write('old.js', '// edited\n');
  project.write('kept.js', '// edited\n');
  await app.line('[autoreload] kept.js changed (imported by app.js), restarting');
  await app.lines('two', /completed/);
  assert.equal(app.restarts, 2);
});

test('a file whose time stamp is in the future is watched like any other', async () => {
  using project = new Project({
    'app.js': "import './a.js';\nsetInterval(() => {}, 1000);\n",
    'a.js': "console.log('one');\n",
  });
  const future = Date.now() / 1000 + 3600;
  fs.utimesSync(project.path('a.js'), future, future);
  await using app = run(project, 'app.js');
  await app.lines('one', / is up in /);
  project.write('a.js', "console.log('two');\n");
  await app.lines('[autoreload] a.js changed (imported by app.js), restarting', 'two', / is up in /);
  assert.equal(app.restarts, 1);
});

for (const [name, files] of [
  [
    'a module',
    {
      'gen.js': '',
      'app.js': `import './gen.js';
import fs from 'node:fs';
import './dep.js';
fs.writeFileSync('gen.js', \`export const at = \${Date.now()};\`);
setInterval(() => {}, 1000);
`,
    },
  ],
  [
    'package.json',
    {
      'app.js': `import fs from 'node:fs';
import './dep.js';
fs.writeFileSync('package.json', JSON.stringify({ type: 'module', at: Date.now() }));
setInterval(() => {}, 1000);
`,
    },
  ],
] as const)
  test(`the restart for a file that the program rewrites at each start is delayed: ${name}`, async () => {
    using project = new Project({ ...files, 'dep.js': "console.log('dep 1');\n" });
    await using app = run(project, 'app.js');
    await app.line(
      /^\[autoreload\] (gen\.js|package\.json) changes right after each start, so the program writes it itself: its restarts are delayed more and more\. /,
    );
    assert.equal(app.restarts, 3);
    // The program runs on, and any other save counts at once.
    project.write('dep.js', "console.log('dep 2');\n");
    await app.line('dep 2');
    assert.ok(app.restarts <= 5, String(app.restarts));
  });

test('an asset that is saved as soon as the program was killed restarts it, run after run', async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';
const asset = new URL('./asset.txt', import.meta.url);
console.log('run', process.pid, String(fs.readFileSync(asset)));
setInterval(() => {}, 1000);
`,
    'asset.txt': '0',
  });
  await using app = run(project, 'app.js');
  for (let n = 1; n <= 8; n++) {
    const line = await app.line(new RegExp(`^run \\d+ ${n - 1}$`));
    const pid = Number(/\d+/.exec(line)?.[0]);
    process.kill(pid, 'SIGKILL');
    if (n % 2 === 0) await gone(pid);
    project.write('asset.txt', `${n}`);
  }
  await app.line(/^run \d+ 8$/);
  assert.equal(app.transcript.count(/writes it itself/), 0);
});
