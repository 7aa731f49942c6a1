// Restart by hand: by Enter and `rs` on a terminal that the program does not read, and by SIGUSR2. Input for the program stays with
// the program.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run, until, up } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { commandFor, redEnd, Terminal } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && 'needs `script` of util-linux: Linux' };
const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };
const bash = { skip: linux.skip || (!existsSync('/bin/bash') && 'needs bash') };

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';
const COUNT = "import { generation, restartReason } from 'autoreload';\n";
const TELL = `${COUNT}console.log('run ' + generation + ' ' + restartReason?.message);\n`;
const STAY = 'setInterval(() => {}, 1000);\n';

const ENTER = / restart requested \(Enter\), restarting$/;
const BY_HAND = / restart requested /;

/** A program that runs code when the test sends SIGUSR2 to the program itself. */
const LATER = (code: string): string => `
process.on('SIGUSR2', () => {
${code}
});
console.log('pid ' + process.pid);
${STAY}`;

/** Waits for the pid that the program prints. */
async function pidOf(terminal: Terminal): Promise<number> {
  const [line = ''] = await terminal.transcript.inAnyOrder(/^pid \d+$/, /is up in/);
  return Number(line.slice('pid '.length));
}

test('Enter restarts', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.transcript.inAnyOrder(
    'run 1 undefined',
    /is up in .*, watching 1 file, press Enter to restart$/,
  );
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.transcript.inAnyOrder('run 2 Enter', /is up in .*, watching 1 file$/);
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.line('run 3 Enter');
});

test('rs and Enter restart, other input gets one hint', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line(/is up in/);
  terminal.type('help\r');
  await terminal.line(/ press Enter or type rs to restart$/);
  terminal.type('quit\r');
  terminal.type('rs\r');
  await terminal.line(/ restart requested \(rs\), restarting$/);
  await terminal.line('run 2 rs');
  assert.equal(terminal.transcript.count(/press Enter or type/), 1);
});

test('input during the start waits until the program is up', linux, async () => {
  using project = new Project({
    'app.js': `
import fs from 'node:fs';
console.log('starts');
while (!fs.existsSync('go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
${STAY}`,
  });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('starts');
  terminal.type('\r');
  project.write('go', '');
  // If Node reads the entry in a thread, the line `is up` may come before the first line of the program.
  await terminal.transcript.inAnyOrder(/is up in/, ENTER);
});

test('after a crash Enter restarts the program', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}process.exit(1);\n` });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line(redEnd('failed with exit code 1, waiting for a change in 1 file, or press Enter'));
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.line('run 2 Enter');
  await terminal.line(redEnd('failed with exit code 1, waiting for a change in 1 file'));
  terminal.type(CTRL_C);
  assert.equal(await terminal.end(), 1);
});

test('a program that reads from the start gets all input, and Enter does not restart', linux, async () => {
  using project = new Project({
    'app.js': `
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin, terminal: false }).on('line', (line) => console.log('got <' + line + '>'));
console.log('reads');
`,
  });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('reads');
  terminal.type('one\r\rrs\rtwo\r');
  for (const line of ['one', '', 'rs', 'two']) await terminal.line(`got <${line}>`);
  assert.equal(terminal.transcript.count(BY_HAND), 0);
});

test('access to process.stdin without a read leaves Enter to autoreload', linux, async () => {
  using project = new Project({
    'app.js': `console.log('tty ' + process.stdin.isTTY + ' ' + process.stdin.isRaw);\n${STAY}`,
  });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('tty true false');
  await terminal.line(/is up in/);
  terminal.type('\r');
  await terminal.line(ENTER);
});

const READERS: readonly (readonly [how: string, code: string])[] = [
  ["process.stdin, 'data'", "process.stdin.on('data', (text) => tell(text));"],
  [
    "process.stdin, 'readable'",
    "process.stdin.on('readable', () => { for (let t; (t = process.stdin.read()) !== null; ) tell(t); });",
  ],
  ['readline', "readline.createInterface({ input: process.stdin }).on('line', (line) => tell(line));"],
  ['a stream of its own', "new tty.ReadStream(0).on('data', (text) => tell(text));"],
];

for (const [how, code] of READERS) {
  test(
    `a program that begins to read after its second restart gets all later input: ${how}`,
    linux,
    async () => {
      using project = new Project({
        'app.js': `
import readline from 'node:readline';
import tty from 'node:tty';
const tell = (text) => console.log('got <' + String(text).trim() + '>');
${LATER(`  ${code}\n  setImmediate(() => console.log('reading'));`)}`,
      });
      await using terminal = new Terminal(project, 'app.js');
      for (let round = 0; round < 2; round++) {
        await pidOf(terminal);
        terminal.type('\r');
        await terminal.line(ENTER);
      }
      process.kill(await pidOf(terminal), 'SIGUSR2');
      await terminal.line('reading');
      for (const line of ['one', '', 'rs', 'two']) {
        terminal.type(`${line}\r`);
        await terminal.line(`got <${line}>`);
      }
      assert.equal(terminal.transcript.count(BY_HAND), 2);
    },
  );
}

test('a program in raw mode gets every key, and Enter restarts the next run', linux, async () => {
  using project = new Project({
    'app.js': LATER(`
  process.stdin.setRawMode(true).setEncoding('utf8').on('data', (keys) => {
    for (const key of keys) console.log('key ' + JSON.stringify(key));
  });
  setImmediate(() => console.log('raw'));
`),
  });
  await using terminal = new Terminal(project, 'app.js');
  process.kill(await pidOf(terminal), 'SIGUSR2');
  await terminal.line('raw');
  for (const key of ['a', '\r', 'r', 's', '\r', CTRL_D, CTRL_Z, 'z']) {
    terminal.type(key);
    await terminal.line(`key ${JSON.stringify(key)}`);
  }
  project.write('app.js', STAY);
  await terminal.line(/ app\.js changed, restarting$/);
  await terminal.line(/is up in/);
  terminal.type('\r');
  await terminal.line(ENTER);
});

const ASK = 'echo asks; read line; echo "got <$line>"';
const STARTERS: readonly (readonly [how: string, code: string])[] = [
  ['spawn', `spawn('sh', ['-c', '${ASK}'], { stdio: 'inherit' })`],
  ['spawn with a stream', `spawn('sh', ['-c', '${ASK}'], { stdio: [process.stdin, 1, 2] })`],
  ['spawnSync', `spawnSync('sh', ['-c', '${ASK}'], { stdio: 'inherit' })`],
  ['execSync', `execSync('${ASK}', { stdio: [0, 1, 2] })`],
];

for (const [how, code] of STARTERS) {
  test(`a child process that inherits stdin gets the input: ${how}`, linux, async () => {
    using project = new Project({
      'app.js': `import { execSync, spawn, spawnSync } from 'node:child_process';\n${LATER(`  ${code};`)}`,
    });
    await using terminal = new Terminal(project, 'app.js');
    const pid = await pidOf(terminal);
    process.kill(pid, 'SIGUSR2');
    await terminal.line('asks');
    terminal.type('one\rrs\r');
    await terminal.line('got <one>');
    // Unread input waits for the next reader.
    process.kill(pid, 'SIGUSR2');
    await terminal.line('got <rs>');
    assert.equal(terminal.transcript.count(BY_HAND), 0);
  });
}

test(
  'child processes that inherit the terminal and never read leave Enter to autoreload',
  linux,
  async () => {
    using project = new Project({
      'app.js': `
import { fork, spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';
fork('part.js');
spawn(process.execPath, ['part.js'], { stdio: 'inherit' });
spawn('sleep', ['60'], { stdio: ['ignore', 'inherit', 'inherit'] });
new Worker('./part.js');
${STAY}`,
      'part.js': STAY,
    });
    await using terminal = new Terminal(project, 'app.js');
    await terminal.line(/is up in/);
    terminal.type('\r');
    await terminal.line(ENTER);
    await terminal.line(/is up in/);
  },
);

test('a forked process that reads gets the input', linux, async () => {
  using project = new Project({
    'app.js': `import { fork } from 'node:child_process';\nfork('part.js');\n`,
    'part.js': LATER(`
  process.stdin.on('data', (text) => console.log('got <' + String(text).trim() + '>'));
  setImmediate(() => console.log('reading'));
`),
  });
  await using terminal = new Terminal(project, 'app.js');
  const line = await terminal.line(/^pid \d+$/);
  await until('the program is up', () => terminal.transcript.count(/is up in/) > 0);
  process.kill(Number(line.slice('pid '.length)), 'SIGUSR2');
  await terminal.line('reading');
  terminal.type('\rrs\r');
  await terminal.line(/^got <(\s*rs)?>$/);
  terminal.type('end\r');
  await terminal.line(/end>$/);
  assert.equal(terminal.transcript.count(BY_HAND), 0);
});

test('a pending fs.readSync() gets the input', linux, async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';\n${LATER(`
  const bytes = Buffer.alloc(100);
  const length = fs.readSync(0, bytes);
  console.log('got <' + bytes.toString('utf8', 0, length).trim() + '>');
`)}`,
  });
  await using terminal = new Terminal(project, 'app.js');
  const pid = await pidOf(terminal);
  for (const line of ['', 'rs', 'one']) {
    process.kill(pid, 'SIGUSR2');
    await until('the program waits in read()', () => isReading(pid));
    terminal.type(`${line}\r`);
    await terminal.line(`got <${line}>`);
  }
  assert.equal(terminal.transcript.count(BY_HAND), 0);
  terminal.type('\r');
  await terminal.line(ENTER);
});

test('where a read cannot be detected without a warning, the input is for the program', linux, async () => {
  using project = new Project({ 'app.js': `console.log('begins');\n${STAY}` });
  await using terminal = new Terminal(project, 'app.js', { NODE_PENDING_DEPRECATION: '1' });
  await terminal.line('begins');
  terminal.type('\r');
  project.write('app.js', `console.log('edited');\n${STAY}`);
  await terminal.line('edited');
  assert.equal(terminal.transcript.count(BY_HAND), 0);
  assert.equal(terminal.transcript.count(/DEP0111/), 0);
});

test('the stack of a failed fs read has no frame of autoreload', linux, async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';\ntry { fs.readSync(fs.openSync('.', 'r'), Buffer.alloc(1)); } catch (error) { console.log('ours ' + error.stack.includes('/loader/')); }\n`,
  });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('ours false');
});

test('Ctrl-D does nothing, and Enter restarts after the next start', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line(/is up in/);
  terminal.type(CTRL_D);
  project.write('app.js', `${TELL}${STAY}// edited\n`);
  await terminal.line(/ app\.js changed, restarting$/);
  await terminal.transcript.inAnyOrder('run 2 undefined', /is up in/);
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.line('run 3 Enter');
});

test('a background job is not stopped, and Enter restarts it in the foreground', bash, async () => {
  using project = new Project({ 'app.js': `${TELL}console.log('by ' + process.ppid);\n${STAY}` });
  await using terminal = new Terminal(project, 'app.js', { PS1: '$ ' }, '/bin/bash --norc -i');
  terminal.type('stty -g > before\r');
  terminal.type(`${commandFor('app.js')} &\r`);
  const supervisor = Number((await terminal.line(/by \d+$/)).replace(/^.*by /, ''));
  await terminal.line(/is up in .*, watching 1 file$/);
  await isRunning(terminal, 1);
  terminal.type('fg\r');
  await terminal.line(/app\.js'?$/);
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.transcript.inAnyOrder(
    'run 2 Enter',
    /is up in .*, watching 1 file, press Enter to restart$/,
  );
  terminal.type(CTRL_Z);
  await terminal.line(/Stopped/);
  terminal.type('bg\r');
  await isRunning(terminal, 2);
  terminal.type('fg\r');
  await terminal.line(/app\.js'?$/);
  terminal.type('rs\r');
  await terminal.line(/ restart requested \(rs\), restarting$/);
  await terminal.line(/is up in/);
  terminal.type(CTRL_Z);
  await terminal.line(/Stopped/);
  terminal.type('fg\r');
  await terminal.line(/app\.js'?$/);
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.line(/is up in/);
  process.kill(supervisor, 'SIGTERM');
  await terminal.line(/Terminated/);
  terminal.type('stty -g > after; echo left$((1+1))\r');
  await terminal.line(/left2$/);
  assert.equal(project.read('after'), project.read('before'));
  terminal.type('exit\r');
  await terminal.end();
});

test('input from a pipe is for the program', async () => {
  using project = new Project({
    'app.js': `process.stdin.on('data', (text) => console.log('got ' + JSON.stringify(String(text))));\n`,
  });
  await using app = run(project, 'app.js', { stdio: ['pipe', 'pipe', 'pipe'] });
  await app.line(/is up in/);
  app.process.stdin?.write('\nrs\n');
  await app.line(String.raw`got "\nrs\n"`);
  assert.equal(app.restarts, 0);
});

test('SIGUSR2 to the supervisor restarts a running program and a crashed one', posix, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using app = run(project, 'app.js');
  await app.lines('run 1 undefined', /is up in/);
  app.kill('SIGUSR2');
  await app.lines('[autoreload] restart requested (SIGUSR2), restarting', 'run 2 SIGUSR2');
  await up(app);
  project.write('app.js', `${TELL}process.exit(2);\n`);
  await app.lines('run 3 undefined', /failed with exit code 2, waiting for a change in 1 file$/);
  app.kill('SIGUSR2');
  await app.lines('[autoreload] restart requested (SIGUSR2), restarting', 'run 4 SIGUSR2');
});

/** Waits until bash has read its input and reports the job as running. */
async function isRunning(terminal: Terminal, round: number): Promise<void> {
  terminal.type('\r');
  terminal.type(`echo typed$((${round}+0)); jobs\r`);
  await terminal.line(new RegExp(`typed${round}$`));
  await terminal.line(/Running/);
}

/** Whether a process is blocked in a read of the terminal. */
function isReading(pid: number): boolean {
  return /^(wait_woken|n_tty_read)$/.test(readFileSync(`/proc/${pid}/wchan`, 'utf8').trim());
}
