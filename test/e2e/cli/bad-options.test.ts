// An invalid value or a misspelled name, from each source and for each option: one line, exit code 2, and nothing is started.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const CLI = join(ROOT, 'dist', 'cli.js');

/** Returns a package.json with options on the third line. */
function packageJson(options: unknown): string {
  return `{\n  "type": "module",\n  "autoreload": ${JSON.stringify(options)}\n}\n`;
}

interface Setting {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly packageJson?: string;
}

/** Runs a program by the command, and without flags also by register. The order of the lines does not matter. */
async function refused(
  { flags, env = {}, packageJson: text = packageJson({}) }: Setting,
  lines: readonly string[],
): Promise<void> {
  using project = new Project({ 'package.json': text, 'app.js': "console.log('runs');\n" });
  const register = flags ? [] : [{ args: ['app.js'], execArgv: ['--import', 'autoreload/register'] }];
  for (const { args, execArgv } of [{ args: [CLI, ...(flags ?? []), 'app.js'], execArgv: [] }, ...register]) {
    await using app = run(project, args, { execArgv, env });
    const { code } = await app.end();
    const stderr = app.transcript.lines('stderr').toSorted();
    assert.deepEqual(
      { code, stdout: app.transcript.lines('stdout'), stderr },
      { code: 2, stdout: [], stderr: lines.map((line) => `[autoreload] ${line}`).toSorted() },
    );
  }
}

const DURATION = 'a duration such as 500ms, 5s or 2m, or a number of milliseconds';
const TIMEOUT = 'a duration above 0 such as 500ms, 5s or 2m, or a number of milliseconds';
const POLL = '0, 1 or a number of milliseconds from 20';
const PATHS = 'one or more paths or globs';
const EXT = 'file extensions such as js,json';
const HOSTS = 'host names such as dev.local,10.0.0.5 without a port, or *';
const SIGNAL = 'a signal name such as SIGTERM or SIGINT';

/** Each option with a value: an invalid string with the suggestion, and the suggestion for a value of a wrong type. */
const VALUES = [
  ['watch', '--watch', 'AUTORELOAD_WATCH', PATHS, ' ', 'src', '"src"'],
  ['ignore', '--ignore', 'AUTORELOAD_IGNORE', PATHS, ' ', 'src', '"src"'],
  ['ext', '--ext', 'AUTORELOAD_EXT', EXT, 'src/*.js', 'js,json', '"js,json"'],
  ['poll', '--poll', 'AUTORELOAD_POLL', POLL, '5', '20', 'true'],
  ['debounce', '--debounce', 'AUTORELOAD_DEBOUNCE', DURATION, '50 sec', '50s', '"5s"'],
  ['grace', '--grace', 'AUTORELOAD_GRACE', DURATION, 'soon', '5s', '"5s"'],
  ['signal', '--signal', 'AUTORELOAD_SIGNAL', SIGNAL, 'SIGKILL', 'SIGTERM', '"SIGTERM"'],
  ['onExit', '--on-exit', 'AUTORELOAD_ON_EXIT', 'wait, exit or restart', 'restrat', 'restart', '"wait"'],
  ['onCrash', '--on-crash', 'AUTORELOAD_ON_CRASH', 'wait, retry or exit', 'retyr', 'retry', '"wait"'],
  ['timeout', '--timeout', 'AUTORELOAD_TIMEOUT', TIMEOUT, '0', '30s', '"5s"'],
  [
    'crashPageHosts',
    '--crash-page-hosts',
    'AUTORELOAD_CRASH_PAGE_HOSTS',
    HOSTS,
    'http://dev.test/',
    'dev.test',
    '"dev.local"',
  ],
  ['log', '--log', 'AUTORELOAD_LOG', 'info, silent or debug', 'loud', 'info', '"info"'],
] as const;

const SWITCHES = [
  ['standby', '--no-standby', 'AUTORELOAD_STANDBY'],
  ['hold', '--no-hold', 'AUTORELOAD_HOLD'],
  ['crashPage', '--no-crash-page', 'AUTORELOAD_CRASH_PAGE'],
  ['clear', '--clear', 'AUTORELOAD_CLEAR'],
] as const;

test('an invalid value of each flag', async () => {
  const flags = [
    ...VALUES.flatMap(([, flag, , , text]) => [flag, text]),
    ...SWITCHES.map(([, flag]) => `${flag}=0`),
  ];
  await refused({ flags }, [
    ...VALUES.map(
      ([, flag, , expected, text, instead]) => `${flag} must be ${expected}, got "${text}". Use ${instead}.`,
    ),
    ...SWITCHES.map(([, flag]) => `${flag} takes no value, got "0". Use ${flag}.`),
  ]);
});

test('an invalid value of each variable', async () => {
  const env = Object.fromEntries([
    ...VALUES.map(([, , variable, , text]) => [variable, text]),
    ...SWITCHES.map(([, , variable]) => [variable, 'off']),
  ]) as NodeJS.ProcessEnv;
  await refused({ env }, [
    ...VALUES.map(
      ([, , variable, expected, text, instead]) =>
        `${variable} must be ${expected}, got "${text}". Use ${instead}.`,
    ),
    ...SWITCHES.map(([, , variable]) => `${variable} must be 0 or 1, got "off". Use 0.`),
  ]);
});

test('an invalid value of each key in package.json', async () => {
  const options = Object.fromEntries([
    ...VALUES.map(([key, , , , text]) => [key, text]),
    ...SWITCHES.map(([key]) => [key, 'off']),
  ]) as object;
  const written = (instead: string): string => (/^\d+$/.test(instead) ? instead : `"${instead}"`);
  await refused({ packageJson: packageJson(options) }, [
    ...VALUES.map(
      ([key, , , expected, text, instead]) =>
        `package.json:3 "autoreload.${key}" must be ${expected}, got "${text}". Use ${written(instead)}.`,
    ),
    ...SWITCHES.map(
      ([key]) => `package.json:3 "autoreload.${key}" must be true or false, got "off". Use false.`,
    ),
  ]);
});

test('a value of a wrong type for each key in package.json', async () => {
  const options = Object.fromEntries(VALUES.map(([key]) => [key, { wrong: 1 }]));
  await refused(
    { packageJson: packageJson(options) },
    VALUES.map(
      ([key, , , expected, , , suggested]) =>
        `package.json:3 "autoreload.${key}" must be ${expected}, got {"wrong":1}. Use ${suggested}.`,
    ),
  );
});

test('a misspelled name, of a variable and of a key', async () => {
  await refused({ env: { AUTORELOAD_GRCAE: '1s' }, packageJson: packageJson({ grcae: 1 }) }, [
    'AUTORELOAD_GRCAE is not an option. Use AUTORELOAD_GRACE.',
    'package.json:3 "autoreload.grcae" is not an option. Use "autoreload.grace".',
  ]);
});

test('a command with shell syntax, in a variable and in a key', async () => {
  const message = 'runs no shell, got "a > b". Use -- sh -c "a > b".';
  await refused({ env: { AUTORELOAD_EXEC: 'a > b' }, packageJson: packageJson({ exec: 'a > b' }) }, [
    `AUTORELOAD_EXEC ${message}`,
    `package.json:3 "autoreload.exec" ${message}`,
  ]);
});

test('several mistakes are one line each, also with --log silent', async () => {
  await refused(
    {
      env: { AUTORELOAD_GRACE: 'soon', AUTORELOAD_LOG: 'a\nb' },
      packageJson: packageJson({ log: 'silent', poll: 5 }),
    },
    [
      `AUTORELOAD_GRACE must be ${DURATION}, got "soon". Use 5s.`,
      'AUTORELOAD_LOG must be info, silent or debug, got "a\\nb". Use info.',
      `package.json:3 "autoreload.poll" must be ${POLL}, got 5. Use 20.`,
    ],
  );
});

test('options in package.json that are no object', async () => {
  await refused({ packageJson: packageJson(['src']) }, [
    'package.json:3 "autoreload" must be an object, got ["src"]. Use { "grace": "2s" }.',
  ]);
});

test('an invalid package.json', async () => {
  const flags = ['--log', 'info'];
  await refused({ flags, packageJson: '{\n  "type": "module"\n  "private": true\n}\n' }, [
    'package.json:3 is not valid JSON: comma expected. Correct it.',
  ]);
});

test('an invalid package.json that Node does not read to find register', async () => {
  using project = new Project({ 'package.json': '{\n', 'app.js': "console.log('runs');\n" });
  const register = pathToFileURL(join(ROOT, 'dist', 'register.js')).href;
  await using app = run(project, 'app.js', { execArgv: ['--import', register] });
  assert.deepEqual(await app.end(), { code: 2, signal: null });
  assert.deepEqual(app.transcript.lines('stderr'), [
    '[autoreload] package.json:2 is not valid JSON: close brace expected. Correct it.',
  ]);
});

test('variables of other programs and empty variables are ignored', async () => {
  using project = new Project({ 'app.js': "console.log('runs');\nsetInterval(() => {}, 1000);\n" });
  const env = { AUTORELOAD_DATABASE: 'x', AUTORELOAD_GRACE: '', AUTORELOAD_LOG: '', AUTORELOAD_GRCAE: '' };
  await using app = run(project, 'app.js', { env });
  await app.lines('runs', /^\[autoreload\] app\.js is up/);
  assert.equal(app.transcript.lines('stderr').length, 1);
});
