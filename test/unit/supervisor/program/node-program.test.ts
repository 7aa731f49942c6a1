import assert from 'node:assert/strict';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { OWN_FILES } from '../../../../src/shared/paths.cts';
import { HIDDEN_OPTIONS, OWN_VARIABLES } from '../../../../src/protocol/control.cts';
import { preloadOption } from '../../../../src/shared/preload-option.cts';
import { nodeProgram } from '../../../../src/supervisor/program/node-program.ts';
import type { NodeCommandLine } from '../../../../src/supervisor/program/node-program.ts';
import { INHERITED } from '../../../../src/supervisor/program/program.ts';
import type { NodeProgram } from '../../../../src/supervisor/program/program.ts';
import { Project, ROOT } from '../../../helpers/project.ts';

const PRELOAD = '/our own/preload.cjs';
const LATE_GATE = '/autoreload/late-gate.cjs';
const REGISTER_FILE = join(ROOT, 'dist', 'register.js');
const REGISTER = pathToFileURL(REGISTER_FILE).href;

const OWN = { ...OWN_FILES, preload: PRELOAD, lateGate: LATE_GATE, register: REGISTER_FILE };

/** The program of a command line in a project. */
function build(
  project: Project,
  line: Partial<NodeCommandLine>,
  loadedEnvFiles: readonly string[] = [],
): NodeProgram {
  const whole = {
    execPath: '/node',
    argv0: 'node',
    execArgv: [],
    argv: ['/node', '/app.js'],
    env: {},
    ...line,
  };
  return nodeProgram({ cwd: project.dir, ...whole }, INHERITED, loadedEnvFiles, OWN);
}

test('the arguments of the user stay, without the option of autoreload', () => {
  using project = new Project({});
  const execArgv = ['--no-warnings', '--import', 'autoreload/register', '--import=./other.js'];
  const argv = ['/node', '/app.js', 'two words', '--import', 'autoreload/register'];
  const { executable, argv0, args } = build(project, { execArgv, argv, argv0: 'my-node' });
  assert.deepEqual([executable, argv0], ['/node', 'my-node']);
  assert.deepEqual(args, ['--no-warnings', '--import=./other.js', ...argv.slice(1)]);
});

test('our option is recognized in every spelling', () => {
  using project = new Project({});
  for (const specifier of [
    'autoreload/register',
    REGISTER,
    REGISTER.replace('file:', 'FILE:'),
    REGISTER_FILE,
  ]) {
    assert.deepEqual(build(project, { execArgv: ['--import', specifier] }).args, ['/app.js'], specifier);
  }
});

test('a module of the same name in another package is not ours', () => {
  using project = new Project({});
  project.remove('node_modules/autoreload');
  project.write('node_modules/autoreload/package.json', '{"exports":{"./register":"./r.js"}}');
  project.write('node_modules/autoreload/r.js', '');
  const execArgv = ['--import', 'autoreload/register', '--import', './missing.js'];
  assert.deepEqual(build(project, { execArgv }).args, [...execArgv, '/app.js']);
});

test('our preload is the first option in NODE_OPTIONS', () => {
  using project = new Project({});
  const option = preloadOption(PRELOAD);
  assert.equal(build(project, {}).env['NODE_OPTIONS'], option);
  const inherited = { NODE_OPTIONS: '--no-warnings  --import autoreload/register' };
  assert.equal(build(project, { env: inherited }).env['NODE_OPTIONS'], `${option} --no-warnings`);
});

test('the rest of the environment is unchanged, and so is the original object', () => {
  using project = new Project({});
  const env = { A: '1', EMPTY: '' };
  const { NODE_OPTIONS, ...rest } = build(project, { env, execArgv: ['--import', REGISTER] }).env;
  assert.deepEqual(rest, env);
  assert.ok(NODE_OPTIONS);
  assert.deepEqual(env, { A: '1', EMPTY: '' });
});

test('values from loaded env files are removed, values of the shell stay', () => {
  using project = new Project({ one: 'A=1\nB=2\n', two: 'C=3\n' });
  const env = { A: '1', B: 'shell', C: '3', D: '4' };
  const execArgv = [
    `--import=${REGISTER}`,
    `--env-file=${project.path('one')}`,
    '--env-file-if-exists',
    project.path('two'),
    '--env-file=/none',
  ];
  const [one, two] = [project.path('one'), project.path('two')];
  for (const [loaded, expected] of [
    [[one, two], { B: 'shell', D: '4' }],
    [[two], { A: '1', B: 'shell', D: '4' }],
    [[], env],
    [undefined, env],
  ] as const) {
    const { NODE_OPTIONS, ...rest } = build(project, { env, execArgv }, loaded).env;
    assert.deepEqual(rest, expected);
    assert.ok(NODE_OPTIONS);
  }
});

test('descendants are marked if our option comes from a configuration file', () => {
  using project = new Project({});
  assert.equal(build(project, {}).env['AUTORELOAD_DESCENDANT'], '1');
  const execArgv = ['--import', 'autoreload/register'];
  assert.equal(build(project, { execArgv }).env['AUTORELOAD_DESCENDANT'], undefined);
  const env = { NODE_OPTIONS: '--import autoreload/register' };
  assert.equal(build(project, { env }).env['AUTORELOAD_DESCENDANT'], undefined);
});

test('the option with the inspector port comes last, and is hidden by the preload', () => {
  using project = new Project({});
  const execArgv = ['--inspect=0', '--import', 'autoreload/register'];
  const fixedPort = '--inspect-port=127.0.0.1:4711';
  const { args, env } = build(project, { execArgv, fixedPort: [fixedPort] });
  assert.deepEqual(args, ['--inspect=0', fixedPort, '/app.js']);
  assert.equal(env['AUTORELOAD_HIDDEN_OPTIONS'], fixedPort);
  assert.equal('AUTORELOAD_HIDDEN_OPTIONS' in build(project, { execArgv }).env, false);
});

test('a standby waits behind preloads only if all of them are transpilers', () => {
  using project = new Project({});
  const gate = pathToFileURL(LATE_GATE).href;
  for (const [execArgv, env, expected] of [
    [['--import', 'tsx'], {}, ['--import', 'tsx', `--import=${gate}`]],
    [['--import', REGISTER], { NODE_OPTIONS: '--import tsx' }, [`--import=${gate}`]],
    [['-r', 'ts-node/register'], {}, ['-r', 'ts-node/register', `--require=${LATE_GATE}`]],
    [['--import', 'tsx', '-r', './mine.js'], {}, undefined],
    [['--import', 'tsx', '--loader', './mine.js'], {}, undefined],
    [['--no-warnings'], {}, undefined],
  ] as const) {
    const { lateGateArgs } = build(project, { execArgv, env });
    assert.deepEqual(lateGateArgs, expected && [...expected, '/app.js'], execArgv.join(' '));
  }
});

test('a gate at which modules are linked is the last preload, unless there are preloads of the user', () => {
  using project = new Project({});
  for (const [execArgv, isLinked] of [
    [[], true],
    [['--import', 'tsx'], true],
    [['--import', './trace.js'], false],
  ] as const) {
    const { linkedGate } = build(project, { execArgv });
    const option = linkedGate?.args.at(-2);
    assert.equal(option?.startsWith('--import=file:') ?? false, isLinked, execArgv.join(' '));
    // The program does not see it.
    assert.equal(linkedGate?.env[HIDDEN_OPTIONS], option);
  }
});

test('our own variables in the environment of the shell do not reach the child', () => {
  using project = new Project({});
  const env = Object.fromEntries(OWN_VARIABLES.map((name) => [name, 'early']));
  const child = build(project, { env, execArgv: ['--import', 'autoreload/register'] }).env;
  assert.deepEqual(Object.keys(child), ['NODE_OPTIONS']);
});

// Last: after the `stat` of a pipe in rmSync(), Node's own resolution leaves links in paths.
test('an env file that is a pipe is read once, for all runs', { skip: !existsSync('/bin/sh') }, async () => {
  using project = new Project({ before: 'A=0\n', behind: 'C=4\n' });
  const pipe = project.path('pipe');
  spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', pipe]);
  const execArgv = ['--env-file=before', '--env-file', pipe, `--env-file=${pipe}`, '--env-file=behind'];
  const writer = spawn('/bin/sh', ['-c', 'printf "A=1\\nB=2\\nC=3\\nD=4\\n" > pipe'], { cwd: project.dir });
  const exited = once(writer, 'exit');
  const program = build(project, { env: { B: 'shell' }, execArgv });
  await exited;
  assert.deepEqual(program.args, ['--env-file=before', '--env-file=behind', '/app.js']);
  assert.deepEqual(program.settings, [project.path('before'), project.path('behind')]);
  const values = (): unknown => ['A', 'B', 'C', 'D'].map((name) => program.env[name]);
  assert.deepEqual(values(), ['1', 'shell', undefined, '4'], 'a later file overrides the pipe');
  project.write('behind', 'D=5\n');
  assert.deepEqual(values(), ['1', 'shell', '3', undefined], 'as it is now');
});

test(
  'an env file that is a pipe and that Node has read is not read again',
  { skip: !existsSync('/bin/sh') },
  () => {
    using project = new Project({});
    const pipe = project.path('pipe');
    spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', pipe]);
    const { args, env } = build(project, { env: { A: '1' }, execArgv: ['--env-file', 'pipe'] }, [pipe]);
    assert.equal(env['A'], '1');
    assert.deepEqual(args, ['/app.js']);
  },
);
