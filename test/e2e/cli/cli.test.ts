// The command `autoreload`: runs the same as `node --import autoreload/register`, and refuses misuse in one line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run, RunOptions } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const CLI = join(ROOT, 'dist', 'cli.js');
const STAY = 'setInterval(() => {}, 1000);\n';
const UP = /^\[autoreload\] .* is up in/;

/** Runs the command. */
function autoreload(project: Project, args: readonly string[], options: RunOptions = {}): Run {
  return run(project, [CLI, ...args], { execArgv: [], ...options });
}

/** Returns output and exit code of a command that runs nothing. */
async function ended(
  args: readonly string[],
  options?: RunOptions,
): Promise<{ code: number | null; stdout: string[]; stderr: string[] }> {
  using project = new Project({ 'app.js': "console.log('runs');\n", ...SETTINGS });
  await using app = autoreload(project, args, options);
  const { code } = await app.end();
  return { code, stdout: app.transcript.lines('stdout'), stderr: app.transcript.lines('stderr') };
}

const SETTINGS = { '.env': 'FROM_FILE=1\n', 'pre.js': 'globalThis.pre = 1;\n' };

/** Prints how the program was started, as far as it can know. */
const TELL = `
import { createRequire } from 'node:module';
const { argv, execArgv, execPath, argv0, title, env } = process;
console.log(JSON.stringify({ argv, execArgv, execPath, argv0, title, pre: globalThis.pre, env }));
`;

const NODE_OPTIONS = [
  '--no-warnings',
  '--conditions',
  'dev',
  '--env-file',
  '.env',
  '--import=./pre.js',
  '-C',
  'x',
];

test('the program sees the same process as under register, and as without autoreload', async () => {
  using project = new Project({ 'app.js': TELL, ...SETTINGS });
  const args = ['app.js', 'two words', '--grace', '-x', '--', '--import', ''];
  const seen: string[] = [];
  for (const start of [
    () => run(project, [...NODE_OPTIONS, ...args], { execArgv: [] }),
    () => run(project, [...NODE_OPTIONS, ...args]),
    () => autoreload(project, ['--grace=1s', ...NODE_OPTIONS, '--no-hold', ...args]),
  ]) {
    await using app = start();
    seen.push(await app.line(/^\{"argv"/));
  }
  assert.equal(seen[1], seen[0]);
  assert.equal(seen[2], seen[0]);
});

test('the environment is the same with NODE_OPTIONS set', async () => {
  using project = new Project({ 'app.js': TELL, ...SETTINGS });
  const env = { NODE_OPTIONS: '--no-deprecation --import ./pre.js', AUTORELOAD_GRACE: '1s' };
  const seen: string[] = [];
  for (const start of [
    () => run(project, 'app.js', { execArgv: [], env }),
    () => autoreload(project, ['app.js'], { env }),
  ]) {
    await using app = start();
    seen.push(await app.line(/^\{"argv"/));
  }
  assert.equal(seen[1], seen[0]);
});

test('a change restarts the program, and SIGTERM stops it', async () => {
  using project = new Project({ 'app.js': `import './dep.js';\n${STAY}`, 'dep.js': "console.log('one');\n" });
  await using app = autoreload(project, ['app.js']);
  await app.lines('one', /^\[autoreload\] app\.js is up in .*, watching 2 files$/);
  project.write('dep.js', "console.log('two');\n");
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.lines('two', UP);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
});

test('the command with register in NODE_OPTIONS supervises once', async () => {
  using project = new Project({ 'app.js': `console.log(process.env.NODE_OPTIONS);\n${STAY}` });
  const env = { NODE_OPTIONS: '--no-warnings --import autoreload/register' };
  await using app = autoreload(project, ['app.js'], { env });
  await app.lines('--no-warnings', UP);
  project.write('app.js', `console.log('edited');\n${STAY}`);
  await app.lines('edited', /changed, restarting$/);
  await app.line(UP);
  assert.equal(app.restarts, 1);
  assert.equal(app.transcript.count(UP), 2);
});

test('a variable with the same value as in an env file stays set', async () => {
  using project = new Project({
    'app.js': `console.log(process.env.A, process.env.B);\n${STAY}`,
    '.env': 'A=1\nB=1\n',
  });
  await using app = autoreload(project, ['--env-file=.env', 'app.js'], { env: { A: '1' } });
  await app.lines('1 1', UP);
  project.write('.env', 'A=2\nB=2\n');
  await app.line(/^\[autoreload\] \.env changed.*, restarting$/);
  await app.line('1 2');
});

test('a command in the home folder needs a folder to watch', async () => {
  using project = new Project({ 'app.js': '' });
  const env = { HOME: project.dir, USERPROFILE: project.dir };
  for (const args of [
    ['--', 'sleep', '3'],
    ['--exec', 'sleep 3'],
  ]) {
    await using app = autoreload(project, args, { env });
    assert.deepEqual(await app.end(), { code: 2, signal: null });
    assert.deepEqual(app.transcript.lines('stderr'), [
      '[autoreload] everything in your home folder would be watched. Name a folder: autoreload --watch src -- sleep 3',
    ]);
  }
});

test('a script behind -- is recognised as one', async () => {
  using project = new Project({ 'app.js': STAY, 'sub/x': '' });
  await using app = autoreload(project, ['--watch', 'sub', '--', 'app.js', 'two words']);
  await app.line(
    `[autoreload] cannot find "app.js": no such command in PATH. Leave out --: autoreload app.js 'two words'`,
  );
  await using other = autoreload(project, ['--watch', 'sub', '--', 'none.js']);
  await other.line(
    '[autoreload] cannot find "none.js": no such command in PATH. Correct the name, or install it.',
  );
});

test('a missing script starts when it appears', async () => {
  using project = new Project({});
  await using app = autoreload(project, ['later.js', '-x']);
  await app.line('[autoreload] later.js failed with exit code 1, waiting for later.js');
  project.write('later.js', `console.log('here', process.argv[2]);\n${STAY}`);
  await app.line('here -x');
});

test('a script without its extension is found as by Node', async () => {
  using project = new Project({ 'package.json': '{}', 'app.js': `console.log(process.argv[1]);\n${STAY}` });
  await using app = autoreload(project, ['./app']);
  await app.line(project.path('app'));
});

test('the inspector opens in the program only', async () => {
  using project = new Project({ 'app.js': `console.log('runs');\n${STAY}` });
  await using app = autoreload(project, ['--inspect=0', '--no-standby', 'app.js']);
  await app.lines('runs', UP);
  assert.equal(app.transcript.count(/^Debugger listening/), 1);
});

test('with --inspect=0 the inspector keeps its port over a restart', async () => {
  using project = new Project({ 'app.js': `console.log('one');\n${STAY}` });
  await using app = autoreload(project, ['--inspect=0', 'app.js']);
  const listening = /^Debugger listening on ws:\/\/127\.0\.0\.1:\d+\//;
  const portOf = (line: string | undefined): string | undefined => /:\d+/.exec(line ?? '')?.[0];
  const [first] = await app.lines(listening, 'one', UP);
  project.write('app.js', `console.log('two');\n${STAY}`);
  await app.line(/changed, restarting$/);
  const [second] = await app.lines(listening, 'two', UP);
  assert.equal(portOf(second), portOf(first));
});

test('a duration is the value of --poll, a script is not', async () => {
  using project = new Project({ 'app.js': `console.log('runs', ...process.argv.slice(2));\n${STAY}` });
  for (const args of [
    ['--poll', 'app.js', '100'],
    ['--poll', '50ms', 'app.js', '100'],
    ['--no-poll', '--poll=200', 'app.js', '100'],
  ]) {
    await using app = autoreload(project, args);
    await app.line('runs 100');
  }
});

for (const [what, args, message] of [
  ['a misspelled option', ['--grcae', '2s', 'app.js'], '--grcae is not an option. Use --grace.'],
  ['a misspelled switch', ['--no-stanby', 'app.js'], '--no-stanby is not an option. Use --no-standby.'],
  [
    'the name of a key',
    ['--inspect', '--onExit=exit', 'app.js'],
    '--onExit is not an option. Use --on-exit.',
  ],
  [
    'no script',
    ['--inspect', '--clear'],
    'there is no script. Usage: autoreload [options] [node options] script [script args]',
  ],
  [
    '--watch as with Node',
    ['--watch', 'app.js'],
    'no script is left: --watch takes a path, got "app.js". Use autoreload app.js.',
  ],
  [
    'an option without its value',
    ['--grace', '--clear', 'app.js'],
    '--grace needs a value: a duration such as 500ms, 5s or 2m, or a number of milliseconds. Use --grace 5s.',
  ],
  ['a switch with a value', ['--clear=1', 'app.js'], '--clear takes no value, got "1". Use --clear.'],
  ['--test', ['--test', 'app.js'], 'with --test there is no program to restart. Use node --test --watch.'],
  ['-e', ['-e', '1'], 'with -e there is no program to restart. Use node -e.'],
  ['--check', ['--check', 'app.js'], 'with --check there is no program to restart. Use node --check.'],
  [
    '--watch-path',
    ['--watch-path=src', 'app.js'],
    '--watch-path is an option of node --watch. Use --watch src.',
  ],
  ['a script on stdin', ['-'], 'a script on stdin cannot be run again. Use a file.'],
  ['-- without a command', ['--'], '-- needs a command behind it. Use autoreload [options] -- ./server.'],
  ['--exec and --', ['--exec', 'a', '--', 'b'], '--exec and -- both name a command. Use one of them.'],
  [
    "an option of Node's for a command",
    ['--inspect', '--', 'ls'],
    '--inspect is a Node option, and Node does not run the command. Write it behind the command.',
  ],
  [
    'a forgotten value before an option that nobody has',
    ['--watch', '-x', 'app.js'],
    '--watch needs a value: one or more paths or globs. Use --watch src.',
  ],
  ['shell syntax', ['--exec', 'a | b'], '--exec runs no shell, got "a | b". Use -- sh -c "a | b".'],
  [
    'another shell',
    ['--completion', 'tcsh'],
    '--completion must be bash, zsh or fish, got "tcsh". Use bash.',
  ],
] as const) {
  test(`${what}: one line, exit code 2, and nothing runs`, async () => {
    assert.deepEqual(await ended(args), { code: 2, stdout: [], stderr: [`[autoreload] ${message}`] });
  });
}

test('Node itself refuses an unknown option', async () => {
  const { code, stdout, stderr } = await ended(['--unheard-of', 'app.js']);
  assert.deepEqual([code, stdout], [9, []]);
  assert.match(stderr.join('\n'), /^.*: bad option: --unheard-of$/);
});

for (const [what, settings, env] of [
  ['the environment', {}, { AUTORELOAD_EXEC: 'node tell.cjs' }],
  ['package.json', { exec: 'node tell.cjs' }, {}],
] as const) {
  test(`exec from ${what} takes arguments like the flag`, async () => {
    using project = new Project({
      'package.json': JSON.stringify({ autoreload: settings }),
      'tell.cjs': `console.log(...process.argv.slice(2));\n${STAY}`,
    });
    await using app = autoreload(project, ['--clear', '--port', '8080', '--inspect', '--', 'x'], { env });
    await app.lines('--port 8080 --inspect -- x', /^\[autoreload\] started: /);
  });
}

test('a V8 option reaches Node', async () => {
  using project = new Project({ 'app.js': `console.log(...process.execArgv);\n${STAY}` });
  await using app = autoreload(project, ['--stack-size=900', '--no-opt', 'app.js']);
  await app.line('--stack-size=900 --no-opt');
});

test('--help fits 80 columns and 24 lines, and has every option', async () => {
  for (const option of ['--help', '-h']) {
    const { code, stdout, stderr } = await ended([option]);
    assert.deepEqual([code, stderr], [0, []]);
    // The prompt takes one line.
    assert.ok(stdout.length < 24, String(stdout.length));
    for (const line of stdout) assert.ok(line.length <= 80, line);
    const text = stdout.join('\n');
    for (const name of ['--watch <path|glob>', '--poll [ms]', '--no-crash-page', '-- command'])
      assert.ok(text.includes(name), name);
  }
});

test('--version prints the version', async () => {
  const { version } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  for (const option of ['--version', '-v']) {
    assert.deepEqual(await ended([option]), { code: 0, stdout: [version], stderr: [] });
  }
});

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`--completion ${shell} prints a script that ${shell} can read`, async (context) => {
    const { code, stdout } = await ended(['--completion', shell]);
    assert.equal(code, 0);
    const script = `${stdout.join('\n')}\n`;
    for (const name of ['on-crash', 'no-crash-page', 'wait retry exit'])
      assert.ok(script.includes(name), name);
    const check = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    if (check.error) context.diagnostic(`no ${shell} here`);
    else assert.deepEqual([check.status, check.stderr], [0, '']);
  });
}

test('bash completes options, and the values of a choice', async (context) => {
  const { stdout } = await ended(['--completion', 'bash']);
  const complete = (...words: string[]): string => {
    const script = `${stdout.join('\n')}
COMP_WORDS=(autoreload ${words.join(' ')}); COMP_CWORD=${words.length}; _autoreload; echo "\${COMPREPLY[*]}"\n`;
    return spawnSync('bash', [], { input: script, encoding: 'utf8' }).stdout.trim();
  };
  if (spawnSync('bash', ['--version']).error) return context.skip('needs bash');
  assert.equal(complete('--on-c'), '--on-crash');
  assert.equal(complete('--on-crash', 're'), 'retry');
  assert.equal(complete('--no-'), '--no-standby --no-hold --no-crash-page');
});

for (const option of ['--require', '--import']) {
  test(`a preload of ${option} runs in the program only; with register, --require in the supervisor too`, async () => {
    const pre = `if (require('node:worker_threads').isMainThread) process._rawDebug('preload');\n`;
    using project = new Project({ 'app.js': `console.log('runs');\n${STAY}`, 'pre.cjs': pre });
    for (const execArgv of [[], ['--import', 'autoreload/register', option, './pre.cjs']]) {
      const args = execArgv.length > 0 ? ['app.js'] : [CLI, option, './pre.cjs', 'app.js'];
      await using app = run(project, args, { execArgv, env: { AUTORELOAD_STANDBY: '0' } });
      await app.lines('runs', UP);
      const expected = execArgv.length > 0 && option === '--require' ? 2 : 1;
      assert.equal(app.transcript.count(/^preload$/), expected);
    }
  });
}
