// A wrong value or name, from each source and for each option: one line, exit code 2, and nothing is started.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const CLI = join(ROOT, 'dist', 'cli.js');

/** The settings are in the third line. */
function packageJson(settings: unknown): string {
  return `{\n  "type": "module",\n  "autoreload": ${JSON.stringify(settings)}\n}\n`;
}

interface Setting {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly packageJson?: string;
}

/** Runs a program by the command, and where no flags are needed by register as well. */
async function refused(
  { flags, env = {}, packageJson: text = packageJson({}) }: Setting,
  lines: string[],
): Promise<void> {
  using project = new Project({ 'package.json': text, 'app.js': "console.log('runs');\n" });
  const register = flags ? [] : [{ args: ['app.js'], execArgv: ['--import', 'autoreload/register'] }];
  for (const { args, execArgv } of [{ args: [CLI, ...(flags ?? []), 'app.js'], execArgv: [] }, ...register]) {
    await using app = run(project, args, { execArgv, env });
    const { code } = await app.end();
    assert.deepEqual(
      { code, stdout: app.transcript.lines('stdout'), stderr: app.transcript.lines('stderr') },
      { code: 2, stdout: [], stderr: lines.map((line) => `[autoreload] ${line}`) },
    );
  }
}

const DURATION = 'a duration such as 500ms, 5s or 2m, or a number of milliseconds';
const LIMIT = 'a duration above 0 such as 500ms, 5s or 2m, or a number of milliseconds';
const POLL = '0, 1 or a number of milliseconds from 20';
const PATHS = 'one or more paths or globs';
const EXT = 'file extensions such as js,json';
const SIGNAL = 'a signal name such as SIGTERM or SIGINT';

/** Each option with a text that is none of its values, and what to write instead. */
for (const [key, flag, variable, expected, text, instead] of [
  ['watch', '--watch', 'AUTORELOAD_WATCH', PATHS, ' ', 'src'],
  ['ignore', '--ignore', 'AUTORELOAD_IGNORE', PATHS, ' ', 'src'],
  ['ext', '--ext', 'AUTORELOAD_EXT', EXT, 'src/*.js', 'js,json'],
  ['poll', '--poll', 'AUTORELOAD_POLL', POLL, '5', '20'],
  ['debounce', '--debounce', 'AUTORELOAD_DEBOUNCE', DURATION, '50 sec', '50s'],
  ['grace', '--grace', 'AUTORELOAD_GRACE', DURATION, 'soon', '5s'],
  ['signal', '--signal', 'AUTORELOAD_SIGNAL', SIGNAL, 'SIGKILL', 'SIGTERM'],
  ['onExit', '--on-exit', 'AUTORELOAD_ON_EXIT', 'wait, exit or restart', 'restrat', 'restart'],
  ['onCrash', '--on-crash', 'AUTORELOAD_ON_CRASH', 'wait, retry or exit', 'retyr', 'retry'],
  ['timeout', '--timeout', 'AUTORELOAD_TIMEOUT', LIMIT, '0', '30s'],
  ['log', '--log', 'AUTORELOAD_LOG', 'info, silent or debug', 'loud', 'info'],
] as const) {
  const message = `must be ${expected}, got "${text}". Use`;
  test(`${flag} ${text}`, async () => {
    await refused({ flags: [flag, text] }, [`${flag} ${message} ${instead}.`]);
  });
  test(`${variable}=${text}`, async () => {
    await refused({ env: { [variable]: text } }, [`${variable} ${message} ${instead}.`]);
  });
  test(`"${key}": "${text}" in package.json`, async () => {
    const written = /^\d+$/.test(instead) ? instead : `"${instead}"`;
    await refused({ packageJson: packageJson({ [key]: text }) }, [
      `package.json:3 "autoreload.${key}" ${message} ${written}.`,
    ]);
  });
  test(`"${key}" of a wrong type in package.json`, async () => {
    using project = new Project({
      'package.json': packageJson({ [key]: { wrong: 1 } }),
      'app.js': "console.log('runs');\n",
    });
    await using app = run(project, 'app.js');
    assert.deepEqual(await app.end(), { code: 2, signal: null });
    const [line = '', ...others] = app.transcript.lines('stderr');
    const start = `[autoreload] package.json:3 "autoreload.${key}" must be ${expected}, got {"wrong":1}. Use `;
    assert.ok(line.startsWith(start), line);
    assert.deepEqual(others, []);
  });
}

for (const [key, flag, variable] of [
  ['standby', '--no-standby', 'AUTORELOAD_STANDBY'],
  ['hold', '--no-hold', 'AUTORELOAD_HOLD'],
  ['crashPage', '--no-crash-page', 'AUTORELOAD_CRASH_PAGE'],
  ['clear', '--clear', 'AUTORELOAD_CLEAR'],
] as const) {
  test(`${flag}=0`, async () => {
    await refused({ flags: [`${flag}=0`] }, [`${flag} takes no value, got "0". Use ${flag}.`]);
  });
  test(`${variable}=off`, async () => {
    await refused({ env: { [variable]: 'off' } }, [`${variable} must be 0 or 1, got "off". Use 0.`]);
  });
  test(`"${key}": "off" in package.json`, async () => {
    await refused({ packageJson: packageJson({ [key]: 'off' }) }, [
      `package.json:3 "autoreload.${key}" must be true or false, got "off". Use false.`,
    ]);
  });
}

test('a command for a shell, from each source', async () => {
  const message = 'runs no shell, got "a > b". Use -- sh -c "a > b".';
  await refused({ flags: ['--exec', 'a > b'] }, [`--exec ${message}`]);
  await refused({ env: { AUTORELOAD_EXEC: 'a > b' } }, [`AUTORELOAD_EXEC ${message}`]);
  await refused({ packageJson: packageJson({ exec: 'a > b' }) }, [
    `package.json:3 "autoreload.exec" ${message}`,
  ]);
  await refused({ packageJson: packageJson({ exec: ['a'] }) }, [
    'package.json:3 "autoreload.exec" must be a command, got ["a"]. Use "python app.py".',
  ]);
});

test('a variable and an escape in a command, which only a shell replaces', async () => {
  await refused({ flags: ['--exec', 'echo "$HOME"'] }, [
    `--exec runs no shell, got "echo \\"$HOME\\"". Use -- sh -c 'echo "$HOME"'.`,
  ]);
  if (process.platform === 'win32') return;
  await refused({ env: { AUTORELOAD_EXEC: String.raw`echo x\ y` } }, [
    String.raw`AUTORELOAD_EXEC runs no shell, got "echo x\\ y". Use -- sh -c 'echo x\ y'.`,
  ]);
});

test('a misspelt name, from each source', async () => {
  await refused({ flags: ['--grcae=1s'] }, ['--grcae is not an option. Use --grace.']);
  await refused({ env: { AUTORELOAD_GRCAE: '1s' } }, [
    'AUTORELOAD_GRCAE is not an option. Use AUTORELOAD_GRACE.',
  ]);
  await refused({ packageJson: packageJson({ grcae: 1 }) }, [
    'package.json:3 "autoreload.grcae" is not an option. Use "autoreload.grace".',
  ]);
});

test('several mistakes are one line each, however little is to be printed', async () => {
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

test('settings that are no object', async () => {
  for (const settings of [false, 'debug', ['src']]) {
    await refused({ packageJson: packageJson(settings) }, [
      `package.json:3 "autoreload" must be an object, got ${JSON.stringify(settings)}. Use { "grace": "2s" }.`,
    ]);
  }
});

test('a broken package.json', async () => {
  const flags = ['--log', 'info'];
  await refused({ flags, packageJson: '{\n  "type": "module"\n  "private": true\n}\n' }, [
    'package.json:3 is not valid JSON: comma expected. Correct it.',
  ]);
});

test('a broken package.json, where Node finds register without it', async () => {
  using project = new Project({ 'package.json': '{\n', 'app.js': "console.log('runs');\n" });
  const register = pathToFileURL(join(ROOT, 'dist', 'register.js')).href;
  await using app = run(project, 'app.js', { execArgv: ['--import', register] });
  assert.deepEqual(await app.end(), { code: 2, signal: null });
  assert.deepEqual(app.transcript.lines('stderr'), [
    '[autoreload] package.json:2 is not valid JSON: close brace expected. Correct it.',
  ]);
});

test("somebody else's variables and empty ones are none of ours", async () => {
  using project = new Project({ 'app.js': "console.log('runs');\nsetInterval(() => {}, 1000);\n" });
  const env = { AUTORELOAD_DATABASE: 'x', AUTORELOAD_GRACE: '', AUTORELOAD_LOG: '', AUTORELOAD_GRCAE: '' };
  await using app = run(project, 'app.js', { env });
  await app.lines('runs', /^\[autoreload\] app\.js is up/);
  assert.equal(app.transcript.lines('stderr').length, 1);
});
