// `autoreload/supervisor`: events and calls of a tool.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { supervise } from '../../../src/supervisor/index.ts';
import type { SuperviseOptions, Supervision, SupervisorEvents } from '../../../src/supervisor/index.ts';
import { gone, isRunning, until } from '../../helpers/autoreload.ts';
import { STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';
import { PATIENCE_MS } from '../../helpers/transcript.ts';

type Name = keyof SupervisorEvents;
const NAMES: readonly Name[] = ['start', 'ready', 'graph', 'change', 'restart', 'exit', 'crash', 'close'];

/** Records the events of a program, and waits for them. */
class Events {
  readonly all: [Name, SupervisorEvents[Name][0]][] = [];
  #taken = 0;
  #notify = (): void => {};

  constructor(program: Supervision) {
    for (const name of NAMES)
      program.on(name, (event: SupervisorEvents[Name][0]) => {
        this.all.push([name, event]);
        this.#notify();
      });
  }

  /** Waits for the next event with a name, after the last awaited event. */
  async next<N extends Name>(name: N): Promise<SupervisorEvents[N][0]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const at = this.all.findIndex(([emitted], i) => i >= this.#taken && emitted === name);
      if (at !== -1) {
        this.#taken = at + 1;
        return this.all[at]![1];
      }
      await new Promise<void>((resolve, reject) => {
        this.#notify = resolve;
        const fail = (): void =>
          reject(new Error(`no ${name} after ${JSON.stringify(this.all.map(([emitted]) => emitted))}`));
        signal.addEventListener('abort', fail, { once: true });
      });
    }
  }

  /** Names of all events so far, except `graph`, which may be emitted repeatedly. */
  get names(): Name[] {
    return this.all.map(([name]) => name).filter((name) => name !== 'graph');
  }
}

/** A file saved just before the run may look saved after its start, which would restart it. */
async function aged(project: Project): Promise<void> {
  const saved = fs.statSync(project.path('package.json')).ctimeMs;
  await until('package.json is older than the run', () => Date.now() - saved > 50);
}

async function start(
  project: Project,
  options: Partial<SuperviseOptions> = {},
): Promise<[Supervision, Events]> {
  await aged(project);
  const program = supervise({ script: 'app.js', cwd: project.dir, stdio: 'ignore', ...options });
  return [program, new Events(program)];
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

test('events arrive in order, with their data', async () => {
  using project = new Project({ 'app.js': `import './dep.js';\n${STAY}`, 'dep.js': '// 0\n' });
  const [program, events] = await start(project);
  await using _ = program;
  const [app, dep] = [project.path('app.js'), project.path('dep.js')];

  const first = await events.next('start');
  assert.ok(first.pid !== undefined && isRunning(first.pid));
  assert.deepEqual(first, {
    generation: 1,
    pid: first.pid,
    reason: undefined,
    stdin: null,
    stdout: null,
    stderr: null,
  });
  const ready = await events.next('ready');
  assert.ok(ready.ms > 0);
  assert.deepEqual(ready, { generation: 1, ms: ready.ms, watching: 2 });
  // The event may come a moment later.
  const loaded = (): readonly string[] =>
    events.all
      .flatMap(([, event]) => ('files' in event && Array.isArray(event.files) ? [event.files] : []))
      .at(-1) ?? [];
  await until('every file is reported', () => loaded().length === 2);
  assert.deepEqual(loaded().toSorted(), [app, dep]);

  project.write('dep.js', '// 1\n');
  const files = [{ path: dep, how: 'changed' }];
  const second = await events.next('start');
  assert.equal(second.generation, 2);
  assert.equal(second.reason?.cause, 'change');
  assert.deepEqual(second.reason?.files, files);
  await events.next('ready');
  // The stop begins before the change is complete, so the run may have exited by then.
  const names = events.names;
  assert.deepEqual(names.slice(2, 5).toSorted(), ['change', 'exit', 'restart']);
  assert.ok(names.indexOf('change') < names.indexOf('restart'));
  assert.deepEqual([...names.slice(0, 2), ...names.slice(5)], ['start', 'ready', 'start', 'ready']);
  const data = Object.fromEntries(events.all);
  assert.deepEqual(data['change'], { files });
  const reason = { cause: 'change', files, message: undefined };
  assert.deepEqual(data['restart'], { generation: 1, reason });
  assert.deepEqual(data['exit'], { generation: 1, code: null, signal: 'SIGTERM' });

  project.write('dep.js', "throw new Error('broken');\n");
  await events.next('start');
  const crash = await events.next('crash');
  assert.match(crash.error ?? '', /^Error: broken\n {4}at /);
  assert.deepEqual({ ...crash, error: 0 }, { generation: 3, code: 1, signal: null, error: 0 });

  assert.deepEqual(await program.close(), { code: 1, signal: null });
  assert.deepEqual(await events.next('close'), { code: 1, signal: null });
  assert.equal(events.all.at(-1)?.[0], 'close');
});

test('restart() restarts a running program, and starts a completed one', async () => {
  using project = new Project({
    'app.js': `import { restartReason } from 'autoreload';
console.log(JSON.stringify(restartReason));
process.exitCode = 3;
`,
  });
  const [program, events] = await start(project, { stdio: ['ignore', 'pipe', 'ignore'] });
  await using _ = program;
  await events.next('crash');
  program.restart('because');
  const { reason, stdout } = await events.next('start');
  assert.deepEqual(reason, { cause: 'request', files: [], message: 'because' });
  assert.equal(await textOf(stdout!), '{"cause":"request","files":[],"message":"because"}\n');
  await events.next('crash');
  project.write('app.js', STAY);
  const { pid } = await events.next('start');
  await events.next('ready');
  program.restart();
  assert.deepEqual(await events.next('restart'), {
    generation: 3,
    reason: { cause: 'request', files: [], message: undefined },
  });
  await events.next('start');
  await gone(pid!);
});

for (const [what, code, ended] of [
  ['0 if the stop signal kills it', STAY, { code: 0, signal: null }],
  [
    'its exit code if it exits at the stop signal',
    `process.on('SIGTERM', () => process.exit(6));\n${STAY}`,
    { code: 6, signal: null },
  ],
] as const) {
  test(`close() returns the exit of the program: ${what}`, async () => {
    using project = new Project({ 'app.js': code });
    const [program, events] = await start(project);
    const { pid } = await events.next('start');
    await events.next('ready');
    const [one, other] = await Promise.all([program.close(), program.close()]);
    assert.deepEqual(one, ended);
    assert.deepEqual(other, ended);
    assert.deepEqual(await program.close(), ended);
    assert.equal(isRunning(pid!), false);
    await events.next('close');
    // Supervision has ended: no event follows.
    project.write('app.js', '// edited\n');
    program.restart();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(events.names.at(-1), 'close');
  });
}

test('close() right after the start stops the program', async () => {
  using project = new Project({ 'app.js': STAY });
  const [program, events] = await start(project);
  await program.close();
  const { pid } = await events.next('start');
  await gone(pid!);
});

test('graph() returns each module with its importers and lines', async () => {
  using project = new Project({
    'app.js': `// The first line.\nimport './dep.cjs';\nif (process.argv[9]) await import('./never.js');\n${STAY}`,
    'dep.cjs': '// 0\n',
  });
  const [program, events] = await start(project);
  await using _ = program;
  await events.next('ready');
  const graph = program.graph();
  const app = graph.find(({ from, reason }) => from === undefined && reason === 'import');
  assert.ok(app && 'to' in app && app.to.endsWith('/app.js'), JSON.stringify(graph));
  const dep = graph.find((edge) => 'to' in edge && edge.to.endsWith('/dep.cjs'));
  assert.equal(dep?.line, 2);
  assert.equal(dep?.specifier, './dep.cjs');
  const never = graph.find(({ reason }) => reason === 'untaken');
  assert.deepEqual([never?.specifier, never?.line], ['./never.js', 3]);
});

test('two programs in one process are independent', async () => {
  using one = new Project({ 'app.js': STAY });
  using other = new Project({ 'app.js': STAY });
  const [first, ofFirst] = await start(one);
  await using _first = first;
  const [second, ofSecond] = await start(other);
  await using _second = second;
  await ofFirst.next('ready');
  await ofSecond.next('ready');
  one.write('app.js', `// edited\n${STAY}`);
  await ofFirst.next('start');
  await ofFirst.next('ready');
  assert.deepEqual(ofSecond.names, ['start', 'ready']);
  await first.close();
  other.write('app.js', `// edited\n${STAY}`);
  await ofSecond.next('start');
  assert.equal(ofFirst.names.at(-1), 'close');
});

test('the program gets its arguments, Node options, folder, environment and streams', async () => {
  using project = new Project({
    'sub/app.js': `process.stdin.setEncoding('utf8').on('data', (text) => {
  const { argv, execArgv, env } = process;
  console.log(JSON.stringify([argv.slice(2), execArgv, process.cwd(), env.GIVEN, env.HOME]));
  console.error('heard', text);
  process.exit(3);
});
`,
  });
  const [program, events] = await start(project, {
    script: 'app.js',
    cwd: project.path('sub'),
    args: ['two words', ''],
    execArgv: ['--stack-trace-limit=20'],
    env: { PATH: process.env['PATH'], GIVEN: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    onCrash: 'exit',
  });
  await using _ = program;
  const { stdout, stderr, stdin } = await events.next('start');
  stdin!.end('hello');
  const [out, err] = await Promise.all([textOf(stdout!), textOf(stderr!)]);
  assert.deepEqual(JSON.parse(out), [
    ['two words', ''],
    ['--stack-trace-limit=20'],
    project.path('sub'),
    '1',
    null,
  ]);
  assert.equal(err, 'heard hello\n');
  // With --on-exit exit, supervision ends with the program.
  assert.deepEqual(await events.next('close'), { code: 3, signal: null });
});

test('options work as on the command line', async () => {
  using project = new Project({ 'app.js': `process.on('SIGINT', () => process.exit(9));\n${STAY}` });
  const [program, events] = await start(project, {
    signal: 'SIGINT',
    grace: 1000,
    standby: false,
    hold: false,
  });
  await events.next('ready');
  project.write('app.js', STAY);
  assert.deepEqual(await events.next('exit'), { generation: 1, code: 9, signal: null });
  await events.next('ready');
  assert.deepEqual(await program.close(), { code: 0, signal: null });
});

test('a timeout stops the program', async () => {
  using project = new Project({ 'app.js': STAY });
  const [, events] = await start(project, { timeout: 300 });
  assert.deepEqual(await events.next('close'), { code: 0, signal: null });
});

test('a program that cannot be started is a crash', async () => {
  using project = new Project({ 'app.js': STAY });
  const [program, events] = await start(project, { execPath: project.path('no-node') });
  await using _ = program;
  const { pid } = await events.next('start');
  assert.equal(pid, undefined);
  assert.equal((await events.next('exit')).code, 1);
});

for (const [what, options, message] of [
  [
    'no options',
    undefined,
    "supervise(): the options must be an object, got nothing. Use { script: 'app.js' }.",
  ],
  [
    'no script',
    {},
    "supervise(): script must be the path of the program, or its file: URL, got nothing. Use 'app.js'.",
  ],
  [
    'a number for a script',
    { script: 5 },
    "supervise(): script must be the path of the program, or its file: URL, got 5. Use 'app.js'.",
  ],
  ['a misspelled script', { scirpt: 'app.js' }, 'supervise(): scirpt is not an option. Use script.'],
  ['a misspelled option', { script: 'app.js', grcae: 5 }, 'supervise(): grcae is not an option. Use grace.'],
  ['exec', { script: 'app.js', exec: 'python app.py' }, /^supervise\(\): exec is not an option\. Use /],
  [
    'an invalid value',
    { script: 'app.js', grace: 'soon' },
    'supervise(): grace must be a duration such as 500ms, 5s or 2m, or a number of milliseconds, got "soon". Use 5s.',
  ],
  [
    'an invalid word',
    { script: 'app.js', onCrash: 'retyr' },
    'supervise(): onCrash must be wait, retry or exit, got "retyr". Use retry.',
  ],
  [
    'a string for arguments',
    { script: 'app.js', args: '--port' },
    "supervise(): args must be an array of strings, got \"--port\". Use ['--port', '8080'].",
  ],
  [
    'an invalid stream',
    { script: 'app.js', stdio: 'pipes' },
    "supervise(): stdio must be 'inherit', 'pipe', 'ignore' or a descriptor, or an array of three of these, got \"pipes\". Use 'pipe'.",
  ],
  [
    'an invalid folder',
    { script: 'app.js', cwd: 1 },
    'supervise(): cwd must be a folder, got 1. Use process.cwd().',
  ],
  [
    'an invalid takeOver',
    { script: 'app.js', takeOver: 1 },
    'supervise(): takeOver must be true or false, got 1. Use true.',
  ],
] as const) {
  test(`an invalid argument throws, and nothing is started: ${what}`, () => {
    assert.throws(() => supervise(options as unknown as SuperviseOptions), {
      name: 'AutoreloadError',
      code: 'ERR_AUTORELOAD_OPTION',
      message,
    });
  });
}

test('events without a listener are harmless', async () => {
  using project = new Project({ 'app.js': "throw new Error('broken');\n" });
  await aged(project);
  const program = supervise({ script: 'app.js', cwd: project.dir, stdio: 'ignore' });
  await once(program, 'exit');
  assert.deepEqual(await program.close(), { code: 1, signal: null });
});

test(
  'supervise() runs any command',
  { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
  async () => {
    using project = new Project({
      'run.sh': 'echo "$AUTORELOAD_CHANGED"\nexec sleep 60\n',
      'a.txt': 'one\n',
    });
    const command = ['sh', 'run.sh'];
    const program = supervise({
      command,
      cwd: project.dir,
      ext: ['txt'],
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await using _ = program;
    const events = new Events(program);
    (await events.next('start')).stdout?.resume();
    await events.next('ready');
    project.write('a.txt', 'two\n');
    const { stdout, reason } = await events.next('start');
    assert.deepEqual(reason?.files, [{ path: project.path('a.txt'), how: 'changed' }]);
    const [line] = (await once(stdout!, 'data')) as [Buffer];
    assert.equal(String(line), `${project.path('a.txt')}\n`);
    assert.deepEqual(await program.close(), { code: 0, signal: null });
  },
);
