// Restart by hand: Enter and `rs` on a terminal while the program does not read it, SIGUSR2 everywhere. What is typed for the
// program is the program's.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run, until, up } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { commandFor, redEnd, TtySettings } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && '`script` of util-linux makes the terminal' };
const posix = { skip: process.platform === 'win32' && 'there are no signals' };
const bash = { skip: linux.skip || (!existsSync('/bin/bash') && 'there is no bash') };

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';
const COUNT = "import { generation, restartReason } from 'autoreload';\n";
const TELL = `${COUNT}console.log('run ' + generation + ' ' + restartReason?.message);\n`;
const STAY = 'setInterval(() => {}, 1000);\n';

const ENTER = / restart requested \(Enter\), restarting$/;
const BY_HAND = / restart requested /;

/** Does something when the test asks for it, by SIGUSR2 to the program itself. */
const LATER = (code: string): string => `
process.on('SIGUSR2', () => {
${code}
});
console.log('pid ' + process.pid);
${STAY}`;

/** The pid that the program has told. */
async function pidOf(terminal: TtySettings): Promise<number> {
  const [told = ''] = await terminal.transcript.inAnyOrder(/^pid \d+$/, /is up in/);
  return Number(told.slice('pid '.length));
}

test('Enter restarts', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using terminal = new TtySettings(project, 'app.js');
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

test('rs and Enter restart, anything else gets one hint', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using terminal = new TtySettings(project, 'app.js');
  await terminal.line(/is up in/);
  terminal.type('help\r');
  await terminal.line(/ press Enter or type rs to restart$/);
  terminal.type('quit\r');
  terminal.type('rs\r');
  await terminal.line(/ restart requested \(rs\), restarting$/);
  await terminal.line('run 2 rs');
  assert.equal(terminal.transcript.count(/press Enter or type/), 1);
});

test('what is typed while the program starts waits until it is up', linux, async () => {
  using project = new Project({
    'app.js': `
import fs from 'node:fs';
console.log('starts');
while (!fs.existsSync('go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
${STAY}`,
  });
  await using terminal = new TtySettings(project, 'app.js');
  await terminal.line('starts');
  terminal.type('\r');
  project.write('go', '');
  // Where Node reads the entry in a thread, the program may be taken to be up before its first line.
  await terminal.transcript.inAnyOrder(/is up in/, ENTER);
});

test('after a crash Enter runs the program again', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}process.exit(1);\n` });
  await using terminal = new TtySettings(project, 'app.js');
  await terminal.line(redEnd('failed with exit code 1, waiting for a change in 1 file, or press Enter'));
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.line('run 2 Enter');
  await terminal.line(redEnd('failed with exit code 1, waiting for a change in 1 file'));
  terminal.type(CTRL_C);
  assert.equal(await terminal.end(), 1);
});

test('a program that asks from the start gets everything, and Enter does not restart', linux, async () => {
  using project = new Project({
    'app.js': `
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin, terminal: false }).on('line', (line) => console.log('got <' + line + '>'));
`,
  });
  await using terminal = new TtySettings(project, 'app.js');
  await terminal.line(/is up in .*, watching 1 file$/);
  terminal.type('one\r\rrs\rtwo\r');
  for (const line of ['one', '', 'rs', 'two']) await terminal.line(`got <${line}>`);
  assert.equal(terminal.transcript.count(BY_HAND), 0);
});

test('to look at process.stdin is not to read', linux, async () => {
  using project = new Project({
    'app.js': `console.log('tty ' + process.stdin.isTTY + ' ' + process.stdin.isRaw);\n${STAY}`,
  });
  await using terminal = new TtySettings(project, 'app.js');
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
    `a program that begins to read after its second restart gets all from then on: ${how}`,
    linux,
    async () => {
      using project = new Project({
        'app.js': `
import readline from 'node:readline';
import tty from 'node:tty';
const tell = (text) => console.log('got <' + String(text).trim() + '>');
${LATER(`  ${code}\n  setImmediate(() => console.log('reading'));`)}`,
      });
      await using terminal = new TtySettings(project, 'app.js');
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

test('a program in raw mode gets every key, and the next run begins anew', linux, async () => {
  using project = new Project({
    'app.js': LATER(`
  process.stdin.setRawMode(true).setEncoding('utf8').on('data', (keys) => {
    for (const key of keys) console.log('key ' + JSON.stringify(key));
  });
  setImmediate(() => console.log('raw'));
`),
  });
  await using terminal = new TtySettings(project, 'app.js');
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
  test(`what a process asks for that the program has started is its own: ${how}`, linux, async () => {
    using project = new Project({
      'app.js': `import { execSync, spawn, spawnSync } from 'node:child_process';\n${LATER(`  ${code};`)}`,
    });
    await using terminal = new TtySettings(project, 'app.js');
    const pid = await pidOf(terminal);
    process.kill(pid, 'SIGUSR2');
    await terminal.line('asks');
    terminal.type('one\rrs\r');
    await terminal.line('got <one>');
    // What nobody has asked for yet waits for who asks next.
    process.kill(pid, 'SIGUSR2');
    await terminal.line('got <rs>');
    assert.equal(terminal.transcript.count(BY_HAND), 0);
  });
}

test(
  'processes that inherit the terminal and never read it do not keep Enter from restarting',
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
    await using terminal = new TtySettings(project, 'app.js');
    await terminal.line(/is up in/);
    terminal.type('\r');
    await terminal.line(ENTER);
    await terminal.line(/is up in/);
  },
);

test('what a forked process of the program reads is its own', linux, async () => {
  using project = new Project({
    'app.js': `import { fork } from 'node:child_process';\nfork('part.js');\n`,
    'part.js': LATER(`
  process.stdin.on('data', (text) => console.log('got <' + String(text).trim() + '>'));
  setImmediate(() => console.log('reading'));
`),
  });
  await using terminal = new TtySettings(project, 'app.js');
  const told = await terminal.line(/^pid \d+$/);
  await until('the program is up', () => terminal.transcript.count(/is up in/) > 0);
  process.kill(Number(told.slice('pid '.length)), 'SIGUSR2');
  await terminal.line('reading');
  terminal.type('\rrs\r');
  await terminal.line(/^got <(\s*rs)?>$/);
  terminal.type('end\r');
  await terminal.line(/end>$/);
  assert.equal(terminal.transcript.count(BY_HAND), 0);
});

test('a read of fs that waits gets what is typed', linux, async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';\n${LATER(`
  const bytes = Buffer.alloc(100);
  const length = fs.readSync(0, bytes);
  console.log('got <' + bytes.toString('utf8', 0, length).trim() + '>');
`)}`,
  });
  await using terminal = new TtySettings(project, 'app.js');
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

test("where a read could not be seen without a warning, what is typed is the program's", linux, async () => {
  using project = new Project({ 'app.js': STAY });
  await using terminal = new TtySettings(project, 'app.js', { NODE_PENDING_DEPRECATION: '1' });
  await terminal.line(/is up in .*, watching 1 file$/);
  assert.equal(terminal.transcript.count(/DEP0111/), 0);
});

test('a read of fs that fails shows no frame of ours', linux, async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';\ntry { fs.readSync(fs.openSync('.', 'r'), Buffer.alloc(1)); } catch (error) { console.log('ours ' + error.stack.includes('/loader/')); }\n`,
  });
  await using terminal = new TtySettings(project, 'app.js');
  await terminal.line('ours false');
});

test('Ctrl-D does nothing, and Enter restarts again after the next start', linux, async () => {
  using project = new Project({ 'app.js': `${TELL}${STAY}` });
  await using terminal = new TtySettings(project, 'app.js');
  await terminal.line(/is up in/);
  terminal.type(CTRL_D);
  project.write('app.js', `${TELL}${STAY}// edited\n`);
  await terminal.line(/ app\.js changed, restarting$/);
  await terminal.transcript.inAnyOrder('run 2 undefined', /is up in/);
  terminal.type('\r');
  await terminal.line(ENTER);
  await terminal.line('run 3 Enter');
});

test('a job in the background is not stopped, and in the foreground Enter restarts', bash, async () => {
  using project = new Project({ 'app.js': `${TELL}console.log('by ' + process.ppid);\n${STAY}` });
  await using terminal = new TtySettings(project, 'app.js', { PS1: '$ ' }, '/bin/bash --norc -i');
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

test("what is piped in is the program's, whatever it is", async () => {
  using project = new Project({
    'app.js': `process.stdin.on('data', (text) => console.log('got ' + JSON.stringify(String(text))));\n`,
  });
  await using app = run(project, 'app.js', { stdio: ['pipe', 'pipe', 'pipe'] });
  await app.line(/is up in/);
  app.process.stdin?.write('\nrs\n');
  await app.line(String.raw`got "\nrs\n"`);
  assert.equal(app.restarts, 0);
});

test('SIGUSR2 to the supervisor restarts, and runs again what has ended', posix, async () => {
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

/** Waits until bash says that the job runs, after it has read what was typed. */
async function isRunning(terminal: TtySettings, round: number): Promise<void> {
  terminal.type('\r');
  terminal.type(`echo typed$((${round}+0)); jobs\r`);
  await terminal.line(new RegExp(`typed${round}$`));
  await terminal.line(/Running/);
}

/** Whether a process waits for what is typed, and does nothing else. */
function isReading(pid: number): boolean {
  return /^(wait_woken|n_tty_read)$/.test(readFileSync(`/proc/${pid}/wchan`, 'utf8').trim());
}
