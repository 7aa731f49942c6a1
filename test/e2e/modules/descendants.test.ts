// Worker threads and child processes report their modules to the supervisor of the program, and behave as without autoreload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { npmCli } from '../../helpers/npm.ts';
import { Project } from '../../helpers/project.ts';

/** Printed by the descendant when it has loaded all modules. */
const PRINT_VALUE = "console.log('said', value);\n";

const WORKER = "import { Worker } from 'node:worker_threads';\n";
const PROCESS = "import { exec, execFile, fork, spawn } from 'node:child_process';\n";

/** Ways to start a descendant that loads `part.js`. */
const STARTS: Readonly<Record<string, readonly string[]>> = {
  'a worker thread': [
    `${WORKER}new Worker(new URL('./part.js', import.meta.url));`,
    `${WORKER}new Worker('./part.js', { execArgv: [] });`,
    `${WORKER}new Worker('./part.js', { env: {} });`,
    `${WORKER}new Worker('./part.js', { env: { A: '1' }, execArgv: ['--no-warnings'] });`,
    `import { SHARE_ENV, Worker } from 'node:worker_threads';
new Worker('./part.js', { env: SHARE_ENV, execArgv: [] });`,
    // A subclass.
    `${WORKER}class Own extends Worker {}\nnew Own('./part.js', { execArgv: [] });`,
    // A worker thread of a worker thread.
    `${WORKER}new Worker("new (require('node:worker_threads').Worker)('./part.js', { env: {} })", { eval: true, execArgv: [] });`,
  ],
  'a child process': [
    `${PROCESS}fork('./part.js');`,
    `${PROCESS}fork('./part.js', { execArgv: [], env: {} });`,
    `import cluster from 'node:cluster';\ncluster.setupPrimary({ exec: './part.js' });\ncluster.fork();`,
    `${PROCESS}spawn(process.execPath, ['part.js'], { stdio: 'inherit', env: {} });`,
    `${PROCESS}spawn('"' + process.execPath + '" part.js', { stdio: 'inherit', shell: true });`,
    `${PROCESS}execFile(process.execPath, ['part.js']).stdout.pipe(process.stdout);`,
    `${PROCESS}exec('"' + process.execPath + '" part.js').stdout.pipe(process.stdout);`,
    // A child process of a worker thread.
    `${WORKER}new Worker("require('node:child_process').fork('./part.js')", { eval: true });`,
  ],
};

for (const [kind, starts] of Object.entries(STARTS)) {
  test(`a save of a file that ${kind} has loaded restarts the program, for every way to start ${kind}`, async () => {
    using project = new Project({
      'app.js': "import './start.js';\nsetInterval(() => {}, 1000);\n",
      'start.js': '',
      'part.js': `import { value } from './deep.js';\n${PRINT_VALUE}setInterval(() => {}, 1000);\n`,
      'deep.js': 'export const value = 0;\n',
    });
    await using app = run(project, 'app.js');
    await app.line(/is up in/);
    for (const [i, source] of starts.entries()) {
      project.write('start.js', `${source}\n`);
      await app.line('[autoreload] start.js changed (imported by app.js), restarting');
      await app.lines(`said ${i}`, /is up in/);
      project.write('deep.js', `export const value = ${i + 1};\n`);
      await app.line(
        /^\[autoreload\] deep\.js changed \(imported by app\.js > (start\.js > )?part\.js\), restarting$/,
      );
      await app.lines(`said ${i + 1}`, /is up in/);
    }
    assert.equal(app.restarts, 2 * starts.length);
    app.kill('SIGTERM');
    await app.end();
  });
}

test('the restart line names the module that started the worker thread', async () => {
  using project = new Project({
    'app.js': "import './lib/pool.js';\n",
    'lib/pool.js': `${WORKER}new Worker(new URL('./part.js', import.meta.url));\n`,
    'lib/part.js': `import { value } from './deep.js';\n${PRINT_VALUE}setInterval(() => {}, 1000);\n`,
    'lib/deep.js': 'export const value = 1;\n',
  });
  await using app = run(project, 'app.js');
  await app.line('said 1');
  project.write('lib/deep.js', 'export const value = 2;\n');
  await app.line(
    '[autoreload] lib/deep.js changed (imported by app.js > lib/pool.js > lib/part.js), restarting',
  );
  await app.line('said 2');
});

test('a program that a package.json script runs is tracked, npm itself is not', async () => {
  using project = new Project({
    'package.json': JSON.stringify({ type: 'module', scripts: { part: 'node part.js' } }),
    'app.js': `${PROCESS}
spawn(process.execPath, [${JSON.stringify(npmCli())}, 'run', '-s', 'part'], { stdio: 'inherit' });
setInterval(() => {}, 1000);\n`,
    'part.js': `import { value } from './deep.js';\n${PRINT_VALUE}setInterval(() => {}, 1000);\n`,
    'deep.js': 'export const value = 1;\n',
  });
  await using app = run(project, 'app.js');
  await app.line('said 1');
  project.write('deep.js', 'export const value = 2;\n');
  await app.line('[autoreload] deep.js changed (imported by app.js > part.js), restarting');
  await app.line('said 2');
});

test('a child process that runs a program outside the project is not tracked', async () => {
  using project = new Project({
    'app.js': `${PROCESS}
const tool = spawn(process.execPath, ['node_modules/tool/cli.js'], { stdio: 'inherit' });
tool.once('exit', () => console.log('done'));
setInterval(() => {}, 1000);\n`,
    'node_modules/tool/cli.js': "import './more.js';\nconsole.log('tool', 1);\n",
    'node_modules/tool/more.js': '',
    'node_modules/tool/package.json': '{"name":"tool","type":"module"}',
  });
  await using app = run(project, 'app.js');
  await app.lines('tool 1', 'done', /is up in/);
  project.write('node_modules/tool/more.js', '// edited\n');
  project.write('node_modules/tool/cli.js', "console.log('tool', 2);\n");
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('tool 2');
});

test('a module that a worker thread did not find restarts the program when it appears', async () => {
  using project = new Project({
    'app.js': `${WORKER}new Worker('./part.js').on('error', (error) => console.log('worker', error.code));
setInterval(() => {}, 1000);\n`,
    'part.js': `import { value } from './deep.js';\n${PRINT_VALUE}`,
  });
  await using app = run(project, 'app.js');
  await app.line('worker ERR_MODULE_NOT_FOUND');
  project.write('deep.js', 'export const value = 1;\n');
  // `changed` if a scan finds the new file before the report of the worker thread arrives.
  await app.line(
    /^\[autoreload\] deep\.js (created|changed) \(imported by app\.js > part\.js\), restarting$/,
  );
  await app.line('said 1');
});

test('a save during the start of a worker thread or a child process is not lost', async () => {
  for (const start of [
    `${WORKER}new Worker('./part.js');`,
    `${PROCESS}spawn(process.execPath, ['part.js'], { stdio: 'inherit' });`,
  ]) {
    using project = new Project({
      'app.js': `${start}\nsetInterval(() => {}, 1000);\n`,
      // Saves `deep.js` after it is loaded, and before it is watched.
      'part.js': `import fs from 'node:fs';
import { value } from './deep.js';
if (value === 1) fs.writeFileSync('deep.js', 'export const value = 2;\\n');
${PRINT_VALUE}`,
      'deep.js': 'export const value = 1;\n',
    });
    await using app = run(project, 'app.js');
    // The run may receive the stop signal before it prints the first value.
    await app.line('said 2');
    assert.equal(app.restarts, 1);
  }
});

test('a save of a file that another thread or process loads again is not lost', async () => {
  for (const start of [
    `${WORKER}const start = () => new Worker('./part.cjs').once('exit', start);`,
    `${PROCESS}const start = () => fork('./part.cjs').once('exit', start);`,
  ]) {
    using project = new Project({
      'app.js': `${start}\nstart();\nconsole.log('said', createRequire(import.meta.url)('./deep.cjs'));
import { createRequire } from 'node:module';\n`,
      'part.cjs': "require('./deep.cjs');\n",
      'deep.cjs': 'module.exports = 0;\n',
    });
    await using app = run(project, 'app.js');
    await app.lines('said 0', /is up in/);
    for (let round = 1; round <= 5; round++) {
      project.write('deep.cjs', `module.exports = ${round};\n`);
      await app.line(`said ${round}`);
    }
  }
});

test(
  'a child process of another user runs as without autoreload',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    using project = new Project({
      'app.js': `${PROCESS}
spawn('/bin/sh', ['-c', 'echo plain; exec node --version'], { stdio: 'inherit', uid: 65534, gid: 65534 });
setInterval(() => {}, 1000);\n`,
    });
    await using app = run(project, 'app.js');
    await app.line('plain');
    await app.line(/^v\d+\./);
  },
);

test('worker threads and child processes that exit or crash do not stop the program', async () => {
  using project = new Project({
    'app.js': `${WORKER}${PROCESS}
const ended = (part) => new Promise((resolve) => part.on('error', () => {}).once('exit', resolve));
for (const how of ['exit', 'throw']) {
  await ended(new Worker('./part.js', { argv: [how] }));
  await ended(fork('./part.js', [how], { silent: true }));
}
console.log('all ended');
setInterval(() => {}, 1000);\n`,
    'part.js': `import './deep.js';
if (process.argv[2] === 'throw') throw new Error('bad');
process.exit(0);\n`,
    'deep.js': '',
  });
  await using app = run(project, 'app.js');
  await app.line('all ended');
  project.write('deep.js', '// edited\n');
  await app.line('[autoreload] deep.js changed (imported by app.js > part.js), restarting');
  await app.line('all ended');
});

test('a child process with the environment but without the descriptors of autoreload runs unsupervised', async () => {
  using project = new Project({
    // The shell closes all descriptors but stdin, stdout and stderr.
    'app.js': `${PROCESS}
spawn('for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done; node --import autoreload/register part.js', { stdio: 'inherit', shell: true });
setInterval(() => {}, 1000);\n`,
    'part.js': `${PROCESS}
console.log('plain', Object.keys(process.env).filter((name) => name.startsWith('AUTORELOAD_LANE')), process.env.NODE_OPTIONS);
setInterval(() => {}, 1000);\n`,
  });
  await using app = run(project, 'app.js');
  await app.line('plain [] undefined');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line(/^\[autoreload\] app\.js changed/);
  await app.line('plain [] undefined');
  assert.equal(app.transcript.count(/part\.js is up/), 0);
});

test('a child process that loads autoreload/register is part of the program, not a second supervisor', async () => {
  using project = new Project({
    'app.js': `${PROCESS}
fork('./part.js', { execArgv: ['--import', 'autoreload/register'] });
setInterval(() => {}, 1000);\n`,
    'part.js': `import { value } from './deep.js';\n${PRINT_VALUE}setInterval(() => {}, 1000);\n`,
    'deep.js': 'export const value = 1;\n',
  });
  await using app = run(project, 'app.js');
  await app.line('said 1');
  project.write('deep.js', 'export const value = 2;\n');
  await app.line('[autoreload] deep.js changed (imported by app.js > part.js), restarting');
  await app.line('said 2');
  assert.equal(app.transcript.count(/part\.js is up/), 0);
});

test('a detached child process survives a restart, and the restart does not wait for it', async () => {
  using project = new Project({
    'app.js': `${PROCESS}
import fs from 'node:fs';
import { value } from './deep.js';
if (value === 1) {
  const left = spawn(process.execPath, ['part.js'], { stdio: 'ignore', detached: true });
  left.unref();
  fs.writeFileSync('pid', String(left.pid));
}
console.log('said', value);
setInterval(() => {}, 1000);\n`,
    'part.js': 'setInterval(() => {}, 1000);\n',
    'deep.js': 'export const value = 1;\n',
  });
  await using app = run(project, 'app.js');
  try {
    await app.line('said 1');
    project.write('deep.js', 'export const value = 2;\n');
    await app.line('said 2');
    process.kill(Number(project.read('pid')), 0);
  } finally {
    process.kill(Number(project.read('pid')), 'SIGKILL');
  }
});
