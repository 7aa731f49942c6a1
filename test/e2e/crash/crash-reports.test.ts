// The error that ends a program is reported to the supervisor, and the program does not notice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';
import { withPreload } from '../../../src/shared/preload-option.cts';
import { recordReader } from '../../../src/supervisor/runs/record-reader.ts';

const PRELOAD = join(ROOT, 'dist/loader/entry.cjs');
const SYNTAX_ERROR = "const name = 'no end;\n";
const STACK = String.raw`(\n +at .*)*`;

interface Program {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly code: number;
  /** Pattern of the reported text; undefined for no report. */
  readonly text: RegExp | undefined;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'a throw at top level of an ES module',
    files: { 'app.js': "import './dep.js';\n", 'dep.js': "throw new TypeError('no good');\n" },
    code: 1,
    text: /^TypeError: no good\n +at file:\/\/\/.*\/dep\.js:1:7\n/,
  },
  {
    name: 'a throw at top level of a CommonJS module',
    files: {
      'package.json': '{}',
      'app.js': "require('./dep');\n",
      'dep.js': "throw new TypeError('no');\n",
    },
    code: 1,
    text: /^TypeError: no\n +at Object\.<anonymous> \(.*dep\.js:1:7\)\n/,
  },
  {
    name: 'a syntax error in an ES module',
    files: { 'app.js': "import './dep.js';\n", 'dep.js': SYNTAX_ERROR },
    code: 1,
    text: /^SyntaxError: Invalid or unexpected token\n/,
  },
  {
    name: 'a syntax error in a CommonJS module, with its place',
    files: { 'package.json': '{}', 'app.js': "require('./dep');\n", 'dep.js': SYNTAX_ERROR },
    code: 1,
    text: /^.*dep\.js:1\nconst name = 'no end;\n +\^+\n\nSyntaxError: Invalid or unexpected token\n/,
  },
  {
    name: 'an export that is missing, with its place',
    files: { 'app.js': "import { a } from './dep.js';\na();\n", 'dep.js': '' },
    code: 1,
    text: /^file:.*app\.js:1\nimport \{ a \} from '\.\/dep\.js';\n +\^\n?\nSyntaxError: .* named 'a'\n/,
  },
  {
    name: 'a missing import',
    files: { 'app.js': "import './gone.js';\n" },
    code: 1,
    text: /^Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find module '.*gone\.js' imported from .*app\.js\n/,
  },
  {
    name: 'a missing `require`, without frames of ours',
    files: { 'package.json': '{}', 'app.js': "require('./gone');\n" },
    code: 1,
    text: /^Error: Cannot find module '\.\/gone'\nRequire stack:\n- .*app\.js\n(?: +at (?!.*autoreload[\\/]dist).*\n?)+$/,
  },
  {
    name: 'a rejection that nobody handles',
    files: {
      'app.js': "async function lose() {\n  await null;\n  throw new Error('lost');\n}\nvoid lose();\n",
    },
    code: 1,
    text: /^Error: lost\n +at lose \(file:.*app\.js:3:9\)/,
  },
  {
    name: 'a rejection with no error in it',
    files: { 'app.js': "Promise.reject('text');\nsetInterval(() => {}, 1000);\n" },
    code: 1,
    text: /^UnhandledPromiseRejection: .*"text"/,
  },
  {
    name: 'a throw in a timer',
    files: { 'app.js': "setTimeout(() => {\n  throw new RangeError('too late');\n}, 10);\n" },
    code: 1,
    text: /^RangeError: too late\n +at Timeout\._onTimeout \(file:.*app\.js:2:9\)/,
  },
  {
    name: 'an error in a worker thread',
    files: {
      'app.js': "import { Worker } from 'node:worker_threads';\nnew Worker('./worker.js');\n",
      'worker.js': "throw new Error('in a worker');\n",
    },
    code: 1,
    text: /^Error: in a worker\n +at file:.*worker\.js:1:7/,
  },
  ...[
    ['null', /^null$/],
    ['undefined', /^undefined$/],
    ["'text'", /^'text'$/],
    ['{ code: 5 }', /^A value that is no error was thrown: \[object Object\]$/],
  ].map(([thrown, text]) => ({
    name: `a throw of ${String(thrown)}`,
    files: { 'app.js': `throw ${String(thrown)};\n` },
    code: 1,
    text: text as RegExp,
  })),
  {
    name: 'an error with causes, and nothing of its other properties',
    files: {
      'app.js': `const inner = Object.assign(new RangeError('inner'), { password: 'secret' });
throw new Error('outer', { cause: new Error('between', { cause: inner }) });\n`,
    },
    code: 1,
    text: new RegExp(
      `^Error: outer${STACK}\\n\\[cause\\]: Error: between${STACK}\\n\\[cause\\]: RangeError: inner${STACK}$`,
    ),
  },
  {
    name: 'several errors in one',
    files: { 'app.js': "await Promise.any([Promise.reject(new Error('one')), Promise.reject('two')]);\n" },
    code: 1,
    text: new RegExp(`^AggregateError: All promises were rejected${STACK}\\n  Error: one${STACK}\\n  'two'$`),
  },
  {
    name: 'an error that is its own cause',
    files: { 'app.js': "const error = new Error('round');\nerror.cause = error;\nthrow error;\n" },
    code: 1,
    text: /^Error: round\n/,
  },
  {
    name: 'an error with an endless message, cut off',
    files: { 'app.js': "throw new Error('\\u{1F4A5}\\n'.repeat(10_000));\n" },
    code: 1,
    text: /^Error: (?:\u{1F4A5}\n){5458}\u{1F4A5}?\n?.?$/u,
  },
  {
    name: 'an error that the program handles in its own way',
    files: {
      'app.js':
        "process.on('uncaughtException', (e) => { console.error(e.message); process.exit(4); });\nthrow new Error('x');\n",
    },
    code: 4,
    text: /^Error: x\n/,
  },
  { name: '`process.exit(3)`', files: { 'app.js': 'process.exit(3);\n' }, code: 3, text: undefined },
  {
    name: 'an error that cannot be looked at',
    files: {
      'app.js':
        "throw Object.defineProperty(new Error('x'), 'cause', { get() { throw new Error('hands off'); } });\n",
    },
    code: 1,
    text: undefined,
  },
];

for (const { name, files, code, text } of PROGRAMS) {
  test(name, async () => {
    using project = new Project(files);
    const told = await crash(project);
    if (text) assert.match(told.text ?? 'nothing', text);
    else assert.equal(told.text, undefined);
    assert.equal(told.code, code, told.stderr);
    await using alone = run(project, 'app.js', { execArgv: [] });
    assert.deepEqual(await alone.end(), { code, signal: null });
    const own = alone.transcript.lines('stderr').filter(isOwn);
    assert.deepEqual(told.stderr.trimEnd().split('\n').filter(isOwn), own.join('\n').trimEnd().split('\n'));
  });
}

/** Other tests compare frames. Before `registerHooks`, errors lose the line of the Node source that threw them. */
function isOwn(line: string): boolean {
  return !/^ +at |^ +\.\.\. \d+ lines matching|^node:internal|^ +(throw new ERR_|triggerUncaughtException|\^)/.test(
    line,
  );
}

/** Runs a program as a child with a lane. Returns its reports. */
async function crash(
  project: Project,
): Promise<{ text: string | undefined; code: number | null; stderr: string }> {
  const child = spawn(process.execPath, ['app.js'], {
    cwd: project.dir,
    env: { PATH: process.env['PATH'], NODE_OPTIONS: withPreload(undefined, PRELOAD) },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text: string | undefined;
  const read = recordReader(
    (record) => {
      if (record.kind === 'crashed') text = (record.first ? '' : (text ?? '')) + record.text;
    },
    (garbage) => assert.fail(garbage),
  );
  (child.stdio[3] as Readable).on('data', read);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { text, code, stderr };
}
