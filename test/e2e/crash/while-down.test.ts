// While the program is down, clients are told why, and no connection is refused.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { gone, run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { childrenOf } from '../../helpers/processes.ts';
import { Project } from '../../helpers/project.ts';

/** On Windows, sockets are not held: descriptors cannot be inherited. */
const unix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

const SERVER = `import http from 'node:http';
import './dep.js';
const server = http.createServer((request, response) => {
  if (request.url === '/crash') throw new RangeError('on demand');
  if (request.url === '/exit') process.exit(Number(request.headers['x-code']));
  if (request.url === '/kill') process.kill(process.pid, 'SIGKILL');
  response.end('the program');
});
server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
`;
const BROKEN = "export const a = 1;\nthrow new TypeError('no <good>');\n";

interface Told {
  readonly code: number;
  readonly status: string;
  readonly title?: string;
  readonly error?: string;
  readonly frame?: { readonly path: string; readonly line: number; readonly code: string };
  readonly waitingFor?: readonly string[];
}

test('a crash is shown, and the next request after the fix is served by the program', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js');
  const url = await begun(app);
  assert.equal((await fetch(url)).status, 200);
  project.write('dep.js', BROKEN);
  await app.line(/^\[autoreload\] app\.js failed with exit code 1/);
  const told = await ask(url);
  assert.deepEqual(
    { ...told, error: told.error?.split('\n')[0] },
    {
      code: 503,
      status: 'down',
      title: 'app.js failed with exit code 1',
      error: 'TypeError: no <good>',
      frame: {
        path: 'dep.js',
        line: 2,
        column: 7,
        code: "  1 | export const a = 1;\n> 2 | throw new TypeError('no <good>');\n    |       ^\n  3 |",
      },
      waitingFor: ['app.js', 'dep.js'],
      others: 0,
    },
  );
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  assert.match(await page.text(), /TypeError: no &lt;good&gt;/);
  project.write('dep.js', '');
  await app.line(/is up in/);
  assert.equal(await (await fetch(url)).text(), 'the program');
});

test('no request is refused or reset over several crashes', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js');
  const url = await begun(app);
  const seen = new Map<number, number>();
  const end = new AbortController();
  const asking = (async () => {
    while (!end.signal.aborted) {
      const response = await fetch(url, { headers: { connection: 'close' } });
      await response.text();
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    }
  })();
  for (let round = 0; round < 5; round++) {
    project.write('dep.js', `throw new Error('${round}');\n`);
    await app.line(/failed with exit code 1/);
    // The page is served.
    assert.equal((await ask(url)).error?.split('\n')[0], `Error: ${round}`);
    project.write('dep.js', `// ${round}\n`);
    await app.line(/is up in/);
  }
  end.abort();
  await asking;
  assert.deepEqual(
    [...seen.keys()].toSorted((a, b) => a - b),
    [200, 503],
  );
});

test('a syntax error in an ES module is shown with its location', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js');
  const url = await begun(app);
  project.write('dep.js', "\nconst name = 'no end;\n");
  await app.line(/failed with exit code 1/);
  let told = await ask(url);
  assert.match(told.error ?? '', /^SyntaxError: Invalid or unexpected token/);
  while (!told.frame) told = await ask(url);
  assert.equal(told.frame.path, 'dep.js');
  assert.equal(told.frame.code, "  1 |\n> 2 | const name = 'no end;\n    |              ^\n  3 |");
});

test('a missing module is the first awaited file', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js');
  const url = await begun(app);
  project.write('dep.js', "import './new.js';\n");
  await app.line(/failed with exit code 1, waiting for new\.js/);
  const told = await ask(url);
  assert.equal(told.waitingFor?.[0], 'new.js');
  assert.match(told.error ?? '', /Cannot find module '.*new\.js'/);
});

for (const [path, title, error] of [
  [
    '/crash',
    'app.js failed with exit code 1',
    /^RangeError: on demand\n +at Server\.<anonymous> \(app\.js:4:/,
  ],
  ['/exit', 'app.js failed with exit code 3', undefined],
  ['/kill', 'app.js was killed by SIGKILL', undefined],
] as const) {
  test(`a program that exits later: ${path}`, unix, async () => {
    using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
    await using app = run(project, 'app.js');
    const url = await begun(app);
    await assert.rejects(fetch(url + path, { headers: { 'x-code': '3' } }));
    await app.line(/waiting for a change/);
    const told = await ask(url);
    assert.deepEqual([told.code, told.title], [503, title]);
    if (error) assert.match(told.error ?? '', error);
    else assert.equal(told.error, undefined);
  });
}

test('a program that completes releases its port', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js');
  const url = await begun(app);
  await assert.rejects(fetch(`${url}/exit`, { headers: { 'x-code': '0' } }));
  await app.line(/completed/);
  await refused(url);
});

test('a new error replaces the old one', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js');
  const url = await begun(app);
  for (const name of ['one', 'two']) {
    project.write('dep.js', `throw new Error('${name}');\n`);
    await app.line(/failed with exit code 1/);
    assert.match((await ask(url)).error ?? '', new RegExp(`^Error: ${name}\\n`));
  }
});

test('with AUTORELOAD_CRASH_PAGE=0, and without HTTP, connections are refused', unix, async () => {
  const plain = SERVER.replace("import http from 'node:http'", "import net from 'node:net'").replace(
    /http\.createServer\([^]*\}\);/,
    'net.createServer();',
  );
  for (const [source, env] of [
    [SERVER, { AUTORELOAD_CRASH_PAGE: '0' }],
    [plain, {}],
  ] as const) {
    using project = new Project({ 'app.js': source, 'dep.js': '' });
    await using app = run(project, 'app.js', { env });
    const url = await begun(app);
    project.write('dep.js', BROKEN);
    await app.line(/failed with exit code 1/);
    await refused(url);
  }
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
  test(`the page process exits with the supervisor: ${signal}`, unix, async () => {
    using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
    await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
    const url = await begun(app);
    project.write('dep.js', BROKEN);
    const pid = Number(/\d+/.exec(await app.line(/the crash page is shown \(pid \d+\)$/))?.[0]);
    await ask(url);
    assert.ok(childrenOf(app.pid).includes(pid));
    app.kill(signal);
    const end = await app.end();
    assert.deepEqual(end, signal === 'SIGKILL' ? { code: null, signal } : { code: 1, signal: null });
    await gone(pid);
    await refused(url);
  });
}

test('if the page cannot be served, connections are refused', unix, async () => {
  using project = new Project({ 'app.js': SERVER, 'dep.js': '' });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  const url = await begun(app);
  project.write('dep.js', BROKEN);
  for (let start = 0; start < 3; start++) {
    const line = await app.line(/the crash page is shown \(pid \d+\)$/);
    process.kill(Number(/\d+/.exec(line)?.[0]), 'SIGKILL');
  }
  await app.line(/no crash page/);
  await refused(url);
});

/** Waits until the program listens. Returns its URL. */
async function begun(app: Run): Promise<string> {
  const [line] = await app.lines(/^port \d+$/, /is up in/);
  return `http://127.0.0.1:${line?.split(' ')[1]}`;
}

async function ask(url: string): Promise<Told> {
  const response = await fetch(url, { headers: { accept: 'application/json', connection: 'close' } });
  return { ...((await response.json()) as Omit<Told, 'code'>), code: response.status };
}

/** Waits until connections are refused: a discarded standby keeps the socket for some ms. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.once('error', resolve).once('close', () => resolve(undefined));
      socket.resume();
    });
    if (error?.code === 'ECONNREFUSED') return;
    assert.ok(error === undefined || error.code === 'ECONNRESET', error?.code);
  }
}
