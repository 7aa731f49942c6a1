// Without a program to restart, Node runs as if the option were absent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { End } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const FILES = {
  'ok.js': "console.log('ok');\n",
  'broken.js': 'const = 1;\n',
  'a.test.js': "import { test } from 'node:test';\ntest('a', () => console.log('tested'));\n",
};

const CASES: Readonly<Record<string, { readonly args: readonly string[]; readonly stdin?: string }>> = {
  'no entry, with an empty stdin': { args: [] },
  'no entry, with a script on stdin': { args: [], stdin: "console.log('from stdin'); process.exitCode = 3;" },
  '- (a script on stdin) with arguments': {
    args: ['-', 'x'],
    stdin: 'console.log(process.argv.slice(1));',
  },
  '-e': { args: ['-e', "console.log('evaluated', process.argv.slice(1)); process.exitCode = 4;", 'x'] },
  '--eval=': { args: ["--eval=console.log('evaluated')"] },
  '-e that throws': { args: ['-e', "throw new Error('thrown')"] },
  '-p': { args: ['-p', '1 + 1'] },
  '-pe': { args: ['-pe', '1 + 1'] },
  '--check of a good file': { args: ['--check', 'ok.js'] },
  '--check of a broken file': { args: ['--check', 'broken.js'] },
  '-c': { args: ['-c', 'ok.js'] },
  '--test': { args: ['--test', '--test-reporter=tap', 'a.test.js'] },
  '-i, the REPL': { args: ['-i'], stdin: '1 + 1\n.exit\n' },
  '--version': { args: ['--version'] },
  '--help': { args: ['--help'] },
  'an unknown option': { args: ['--no-such-option', 'ok.js'] },
};

for (const [name, { args, stdin }] of Object.entries(CASES)) {
  test(`not supervised: ${name}`, async () => {
    using project = new Project(FILES);
    const plain = await outcome(project, args, [], stdin);
    const actual = await outcome(project, args, ['--import', 'autoreload/register'], stdin);
    assert.deepEqual(actual, plain);
    const inEnvironment = await outcome(project, args, [], stdin, {
      NODE_OPTIONS: '--import autoreload/register',
    });
    assert.deepEqual(inEnvironment, plain);
  });
}

test('not supervised: node --watch', async () => {
  using project = new Project(FILES);
  await using app = run(project, 'ok.js', { execArgv: ['--watch', '--import', 'autoreload/register'] });
  await app.lines('ok', /^Completed running/);
  project.write('ok.js', "console.log('two');\n");
  await app.lines('two', /^Completed running/);
  assert.equal(app.transcript.count(/autoreload\]/), 0);
});

interface Outcome extends End {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Returns the output of a process and its exit. */
async function outcome(
  project: Project,
  args: readonly string[],
  execArgv: readonly string[],
  stdin = '',
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  await using app = run(project, args, {
    execArgv,
    env: { ...env, NODE_REPL_HISTORY: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  app.process.stdin?.on('error', () => {});
  app.process.stdin?.end(stdin);
  const end = await app.end();
  const lines = (stream: 'stdout' | 'stderr'): string[] =>
    app.transcript
      .lines(stream)
      .filter((line) => !INTERNAL_FRAME.test(line))
      .map(withoutTimes);
  return { ...end, stdout: lines('stdout'), stderr: lines('stderr') };
}

/** Internal frames differ: Node takes another code path with any `--import`. */
const INTERNAL_FRAME = /^ {4}at .*\(?node:internal/;

function withoutTimes(line: string): string {
  return line.replace(/\d+\.\d+(e-\d+)?/g, 'N');
}
