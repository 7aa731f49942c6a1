// In a real terminal, Ctrl-C, prompts, raw mode and colors work as without autoreload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { gone, until } from '../../helpers/autoreload.ts';
import { childrenOf } from '../../helpers/processes.ts';
import { Project } from '../../helpers/project.ts';
import { redEnd, Terminal } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && 'needs `script` of util-linux: Linux' };

const CTRL_C = '\x03';
const STAY = 'setInterval(() => {}, 1000);\n';

/** Lines of autoreload, except for `is up`. */
const OTHER_LINES = /\[autoreload\]\S* (?!app\.js is up in)/;

/** A child process of the app. */
const HELPER = `console.log('started ' + process.pid);\n${STAY}`;
const WITH_HELPER = `
import { spawn } from 'node:child_process';
spawn(process.execPath, ['helper.js'], { stdio: 'inherit' });
${STAY}`;

/** Prints a line for each SIGINT, with their number. */
const COUNTING = "let count = 0;\nprocess.on('SIGINT', () => console.log(`\\nsigint ${++count}`));\n";

/** Counts SIGINTs, and shuts down gracefully after the first. */
const POLITE = `${COUNTING}process.once('SIGINT', () => {
  setTimeout(() => {
    console.log('bye after ' + count);
    process.exit(9);
  }, 200);
});
`;

/** Reads lines and greets. */
const PROMPT = `
import { createInterface } from 'node:readline/promises';
const prompt = createInterface({ input: process.stdin, output: process.stdout });
console.log('ready');
for await (const line of prompt) console.log('\\nhello', line);
`;

test(
  'one Ctrl-C is one SIGINT for the app, which shuts down gracefully with its exit code',
  linux,
  async () => {
    using project = new Project({ 'app.js': `${POLITE}${WITH_HELPER}`, 'helper.js': HELPER });
    await using terminal = new Terminal(project, 'app.js');
    const pids = await allPids(terminal);
    terminal.type(CTRL_C);
    await terminal.line('sigint 1');
    await terminal.line('bye after 1');
    assert.equal(await terminal.end(), 9);
    await Promise.all(pids.map((pid) => gone(pid)));
    assert.equal(terminal.transcript.count(/^sigint/), 1);
  },
);

test('one Ctrl-C is one SIGINT for the app after a restart', linux, async () => {
  using project = new Project({ 'app.js': STAY, 'helper.js': HELPER });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line(/is up in/);
  project.write('app.js', `${POLITE}${WITH_HELPER}`);
  await terminal.line(/ app\.js changed, restarting$/);
  const pids = await allPids(terminal);
  terminal.type(CTRL_C);
  await terminal.line('bye after 1');
  assert.equal(await terminal.end(), 9);
  await Promise.all(pids.map((pid) => gone(pid)));
});

test('a second Ctrl-C kills an app that ignores the first', linux, async () => {
  using project = new Project({ 'app.js': `${COUNTING}${WITH_HELPER}`, 'helper.js': HELPER });
  await using terminal = new Terminal(project, 'app.js');
  const pids = await allPids(terminal);
  terminal.type(CTRL_C);
  await terminal.line('sigint 1');
  await terminal.line(/ waiting for app\.js to exit, press Ctrl-C again to kill it$/);
  terminal.type(CTRL_C);
  assert.equal(await terminal.end(), 130);
  await Promise.all(pids.map((pid) => gone(pid)));
});

test('a second Ctrl-C kills an app with a blocked event loop', linux, async () => {
  const block = "process.stdin.once('data', () => {\n  console.log('\\nblocked');\n  for (;;);\n});\n";
  using project = new Project({ 'app.js': `${COUNTING}${block}${WITH_HELPER}`, 'helper.js': HELPER });
  await using terminal = new Terminal(project, 'app.js');
  const pids = await allPids(terminal);
  terminal.type('block\r');
  await terminal.line('blocked');
  terminal.type(CTRL_C);
  await terminal.line(/ waiting for app\.js to exit, press Ctrl-C again to kill it$/);
  terminal.type(CTRL_C);
  assert.equal(await terminal.end(), 130);
  await Promise.all(pids.map((pid) => gone(pid)));
});

test('an app without handlers exits at the first Ctrl-C', linux, async () => {
  using project = new Project({ 'app.js': WITH_HELPER, 'helper.js': HELPER });
  await using terminal = new Terminal(project, 'app.js');
  const pids = await allPids(terminal);
  terminal.type(CTRL_C);
  assert.equal(await terminal.end(), 130);
  await Promise.all(pids.map((pid) => gone(pid)));
  assert.equal(terminal.transcript.count(OTHER_LINES), 0);
});

test('Ctrl-C while the supervisor waits after exit code 3 exits with code 3', linux, async () => {
  using project = new Project({ 'app.js': 'process.exit(3);\n' });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line(
    redEnd('app.js failed with exit code 3, waiting for a change in 1 file, or press Enter'),
  );
  terminal.type(CTRL_C);
  assert.equal(await terminal.end(), 3);
});

test('closing the terminal leaves no process behind', linux, async () => {
  using project = new Project({ 'app.js': `${COUNTING}${WITH_HELPER}`, 'helper.js': HELPER });
  await using terminal = new Terminal(project, 'app.js');
  const pids = await allPids(terminal);
  terminal.script.kill('SIGKILL');
  await terminal.end();
  await Promise.all(pids.map((pid) => gone(pid)));
});

test('stdin, stdout and stderr of the app are the terminal, before and after a restart', linux, async () => {
  const report =
    "console.log(['tty', process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY].join(' '));\n";
  using project = new Project({ 'app.js': `${report}${STAY}` });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('tty true true true');
  await terminal.line(/is up in/);
  project.write('app.js', `${report}${STAY}// edited\n`);
  await terminal.line('tty true true true');
});

test('a prompt gets its input, before and after a restart', linux, async () => {
  using project = new Project({ 'app.js': PROMPT });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('ready');
  terminal.type('ada\r');
  await terminal.line('hello ada');
  terminal.type('grace\r');
  await terminal.line('hello grace');
  project.write('app.js', `${PROMPT}// edited\n`);
  await terminal.line(/ app\.js changed, restarting$/);
  await terminal.line('ready');
  terminal.type('barbara\r');
  await terminal.line('hello barbara');
});

/** Reads whole lines, without raw mode. */
const COOKED = `
console.log('cooked');
process.stdin.setEncoding('utf8').on('data', (text) => console.log('line', JSON.stringify(text)));
`;

for (const [how, code] of [
  ['exits by SIGTERM', ''],
  ['is killed', "process.on('SIGTERM', () => {});\n"],
] as const) {
  test(`raw mode works, and is off after an app in it ${how} for a restart`, linux, async () => {
    using project = new Project({
      'app.js': `${code}
process.stdin.setRawMode(true).setEncoding('utf8').on('data', (key) => {
  console.log('key', JSON.stringify(key));
});
console.log('raw');
`,
    });
    await using terminal = new Terminal(project, 'app.js', { AUTORELOAD_GRACE: '300' });
    await terminal.line('raw');
    terminal.type('x');
    await terminal.line('key "x"');
    // In raw mode Ctrl-C is an ordinary key.
    terminal.type(CTRL_C);
    await terminal.line('key "\\u0003"');
    project.write('app.js', COOKED);
    await terminal.line('cooked');
    terminal.type('yes\r');
    await terminal.line('line "yes\\n"');
  });
}

test('raw mode is off after a run that was booted while another run was in raw mode', linux, async () => {
  const raw = (key: string): string =>
    `process.stdin.setRawMode(true).on('data', () => process.exit(0));\nconsole.log('press ${key}');\n`;
  using project = new Project({ 'app.js': raw('a') });
  await using terminal = new Terminal(project, 'app.js', { AUTORELOAD_LOG: 'debug' });
  await terminal.line('press a');
  await terminal.line(/a standby waits/);
  project.write('app.js', raw('b'));
  await terminal.line('press b');
  terminal.type('b');
  await terminal.line(/app\.js completed/);
  project.write('app.js', COOKED);
  await terminal.line('cooked');
  terminal.type('yes\r');
  await terminal.line('line "yes\\n"');
});

test('on a terminal the prefix is colored, and the text after it is not', linux, async () => {
  using project = new Project({ 'app.js': STAY });
  await using terminal = new Terminal(project, 'app.js');
  const line = await terminal.line(/is up in/);
  const [prefix, text] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' '))];
  assert.notEqual(prefix, '[autoreload]');
  assert.equal(stripVTControlCharacters(prefix), '[autoreload]');
  assert.match(text, /^ app\.js is up in \d+(\.\d)? m?s, watching 1 file, press Enter to restart$/);
});

test('NO_COLOR turns color off', linux, async () => {
  using project = new Project({ 'app.js': STAY });
  await using terminal = new Terminal(project, 'app.js', { NO_COLOR: '1' });
  await terminal.line(/^\[autoreload\] app\.js is up in/);
});

/** Waits until the app is up and has started its child. Returns the pids of all processes, supervisor and guard included. */
async function allPids(terminal: Terminal): Promise<number[]> {
  const helper = Number((await terminal.line(/^started \d+$/)).split(' ')[1]);
  const supervisor = terminal.pid;
  // The guard is started after the app.
  await until('the app and the guard run', () => childrenOf(supervisor).length >= 2);
  return [helper, supervisor, ...childrenOf(supervisor)];
}
