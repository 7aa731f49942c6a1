// Piped output, arguments and environment are the same as without autoreload, for Node programs and other commands.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run, RunOptions } from '../../helpers/autoreload.ts';
import { CLI, command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

/** Writes a megabyte to stdout and one to stderr, in alternating lines. */
const flood = (write: string, end: string): string => `
import fs from 'node:fs';
for (let i = 0; i < 1024; i++) {
  (${write})(1, 'out ' + i + ' ' + 'o'.repeat(1012) + '\\n');
  (${write})(2, 'err ' + i + ' ' + 'e'.repeat(1012) + '\\n');
}
${end};
`;

/** Node buffers pending writes, and flushes them before a natural exit. */
const STREAMS = flood(
  '(fd, text) => [, process.stdout, process.stderr][fd].write(text)',
  'process.exitCode = 6',
);
const DIRECT = flood('fs.writeSync', 'process.exit(6)');

for (const [kind, args] of [
  ['a program', ['app.js']],
  ['a command', ['--', process.execPath, 'app.js']],
] as const) {
  for (const [how, code, options] of [
    ['by streams before a natural exit', STREAMS, posix],
    ['by fs.writeSync() right before process.exit()', DIRECT, posix],
  ] as const) {
    test(`a megabyte on stdout and on stderr arrives whole, ${how}: ${kind}`, options, async () => {
      using project = new Project({ 'app.js': code });
      // Where both share a full pipe, a line of autoreload could split a line of the program.
      await using app = command(project, ['--log', 'silent', '--on-crash', 'exit', ...args]);
      assert.deepEqual(await app.end(), { code: 6, signal: null });
      for (const [stream, start] of [
        ['stdout', 'out'],
        ['stderr', 'err'],
      ] as const) {
        const lines = app.transcript.lines(stream).filter((line) => line.startsWith(start));
        const rest = start.charAt(0).repeat(1012);
        assert.deepEqual(
          lines,
          Array.from({ length: 1024 }, (_, i) => `${start} ${i} ${rest}`),
        );
      }
    });
  }

  test(`stdout and stderr in one pipe keep the order of their lines: ${kind}`, posix, () => {
    using project = new Project({ 'app.js': DIRECT });
    const script = 'exec "$0" "$@" 2>&1';
    const all = [script, process.execPath, CLI, '--log', 'silent', '--on-crash', 'exit', ...args];
    const { stdout, status } = spawnSync('sh', ['-c', ...all], {
      cwd: project.dir,
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });
    assert.equal(status, 6);
    const starts = stdout.split('\n').map((line) => line.replace(/ [oe]+$/, ''));
    const expected = Array.from({ length: 1024 }, (_, i) => [`out ${i}`, `err ${i}`]).flat();
    assert.deepEqual(starts, [...expected, '']);
  });

  test(`each line can be read as soon as it is printed: ${kind}`, posix, async () => {
    const code = "process.stdin.on('data', (data) => console.log('echo', String(data).trim()));\n";
    using project = new Project({ 'app.js': `console.log('ready');\n${code}` });
    await using app = command(project, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    await app.line('ready');
    // Each word is written after the echo of the previous word.
    for (const word of ['one', 'two', 'three']) {
      app.process.stdin!.write(`${word}\n`);
      await app.line(`echo ${word}`);
    }
  });
}

const ARGS = [
  '',
  ' ',
  'two words',
  '  ',
  "it's",
  '"quoted"',
  String.raw`back\slash`,
  'line\nbreak\r\n',
  'tab\t',
  'grüße ☃ 🎉',
  '$HOME',
  '`date`',
  '*',
  '!',
  '%PATH%',
  '--',
  '--watch',
  '-e',
  '--import',
  '#',
  '{"a": 1}',
  '',
];

const ENV = {
  EMPTY: '',
  SPACES: '  a  b ',
  LINES: 'a\nb\n',
  QUOTES: `'"\``,
  UNICODE: 'grüße ☃ 🎉',
  EQUALS: 'a=b=c',
  RUN_MAIN: 'true',
  WERKZEUG_RUN_MAIN: 'true',
  NODE_NO_WARNINGS: '1',
};

const PRINT_BOTH = `
console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }));
setInterval(() => {}, 1000);
`;

for (const [kind, start] of [
  ['register', (project, options) => run(project, ['app.js', ...ARGS], options)],
  ['the command autoreload', (project, options) => command(project, ['app.js', ...ARGS], options)],
  [
    'the command autoreload with another command',
    (project, options) => command(project, ['--', process.execPath, 'app.js', ...ARGS], options),
  ],
] satisfies readonly [string, (project: Project, options: RunOptions) => Run][]) {
  test(`arguments and environment are the same as without autoreload: ${kind}`, async () => {
    using project = new Project({ 'app.js': PRINT_BOTH });
    await using plain = run(project, ['app.js', ...ARGS], { execArgv: [], env: ENV });
    const expected = JSON.parse(await plain.line(/^\{"args"/));
    assert.deepEqual(expected.args, ARGS);
    await using app = start(project, { env: ENV });
    const [line = ''] = await app.lines(/^\{"args"/, / is up in |started: /);
    assert.deepEqual(JSON.parse(line), expected);
    // A restart changes nothing but AUTORELOAD_CHANGED, which only other commands have.
    project.write('app.js', `${PRINT_BOTH}// edited\n`);
    // Before the second line, a supervisor that is killed may not have told the guard about the new process.
    const [next = ''] = await app.lines(/^\{"args"/, / is up in |started: /);
    const { args, env } = JSON.parse(next);
    delete env.AUTORELOAD_CHANGED;
    assert.deepEqual({ args, env }, expected);
  });
}

test('no environment variable of the program reveals autoreload', async () => {
  using project = new Project({
    'app.js':
      'console.log(JSON.stringify(Object.keys(process.env).filter((name) => /autoreload|RUN_MAIN|NODE_OPTIONS|NODE_CHANNEL/i.test(name) && !/^npm_/.test(name))));\nsetInterval(() => {}, 1000);\n',
  });
  await using app = command(project, ['app.js'], { env: { AUTORELOAD_TIMEOUT: undefined } });
  await app.lines('[]', / is up in /);
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.lines('[]', '[autoreload] app.js changed, restarting');
});
