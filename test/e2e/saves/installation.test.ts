// An installation that replaces autoreload itself causes no run without its files.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { installAutoreload } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';

test('while the files of autoreload are missing, a restart waits for them', async () => {
  using project = new Project({
    'app.js': "import { n } from 'dep';\nconsole.log('dep', n);\nsetInterval(() => {}, 1000);\n",
    'node_modules/dep/package.json': '{"type":"module","exports":"./index.js"}',
    'node_modules/dep/index.js': 'export const n = 1;\n',
  });
  installAutoreload(project);
  const own = project.path('node_modules/autoreload');
  project.write('node_modules/.package-lock.json', '{}');
  await using app = run(project, 'app.js');
  await app.lines('dep 1', / is up in /);
  fs.rmSync(project.path('node_modules/.package-lock.json'));
  fs.renameSync(own, `${own}.old`);
  project.write('node_modules/dep/index.js', 'export const n = 2;\n');
  await app.line('[autoreload] the files of autoreload are missing, waiting until they are installed');
  fs.renameSync(`${own}.old`, own);
  project.write('node_modules/dep/index.js', 'export const n = 3;\n');
  project.write('node_modules/.package-lock.json', '{}');
  await app.lines(/^\[autoreload\] .*restarting$/, 'dep 3', / is up in /);
  assert.equal(app.transcript.count(/failed/), 0);
  assert.equal(app.restarts, 1);
});

/** A program that listens on a new socket later: that replaces the standby, which has not inherited it. */
const SOCKET = `import fs from 'node:fs';
import net from 'node:net';
console.log('run of', process.pid);
const timer = setInterval(() => {
  if (!fs.existsSync('go')) return;
  clearInterval(timer);
  net.createServer().listen(0, '127.0.0.1');
}, 10);
`;

/** Waits until a process has booted: it sleeps, and has used no processor time since the last look. */
async function atRest(pid: string | undefined): Promise<void> {
  if (process.platform !== 'linux') return await pause(1000);
  const look = (): string[] => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  let before;
  do {
    before = look();
    await pause(200);
  } while (look()[2] !== 'S' || look()[13] !== before[13] || look()[14] !== before[14]);
}

const posix = { skip: process.platform === 'win32' && 'needs the replacement of a standby' };

test('while an env file is missing, no standby boots', posix, async () => {
  using project = new Project({ 'app.js': SOCKET, '.env': 'A=1\n' });
  const execArgv = ['--env-file=.env', '--import', 'autoreload/register'];
  const env = { AUTORELOAD_LOG: 'debug', AUTORELOAD_DEBOUNCE: '60s' };
  await using app = run(project, 'app.js', { execArgv, env });
  await atRest(/\d+/.exec(await app.line(/ a standby waits /))?.[0]);
  project.remove('.env');
  project.write('go', '');
  await app.line('[autoreload] no standby yet: files are missing, or are still being read');
  project.write('.env', 'A=1\n');
  await app.line(/ a standby waits /);
  assert.equal(app.transcript.count(/not found/), 0);
});

test('while the files of autoreload are missing, no standby boots', posix, async () => {
  using project = new Project({
    'app.js': SOCKET,
  });
  installAutoreload(project);
  const own = project.path('node_modules/autoreload');
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await atRest(/\d+/.exec(await app.line(/ a standby waits /))?.[0]);
  fs.renameSync(own, `${own}.old`);
  project.write('go', '');
  await app.line('[autoreload] no standby yet: files are missing, or are still being read');
  fs.renameSync(`${own}.old`, own);
  const pid = /\d+/.exec(await app.line(/ a standby waits /))?.[0];
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line(`run of ${pid}`);
  assert.equal(app.transcript.count(/Cannot find module/), 0);
});
