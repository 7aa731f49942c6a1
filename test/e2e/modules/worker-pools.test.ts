// Files that packages load in worker threads, or that TypeScript loaders read, restart the program.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const OURS = ['--import', 'autoreload/register'];

test('piscina: a save of a module of a worker restarts, and the pool sees no foreign message', async () => {
  using project = new Project({
    'app.js': `import './pool.js';\n`,
    'pool.js': `import { Piscina } from 'piscina';
const pool = new Piscina({ filename: new URL('./work.js', import.meta.url).href, minThreads: 2, maxThreads: 2, idleTimeout: 60_000 });
pool.on('message', (message) => console.log('message', message));
console.log('sums', await Promise.all([pool.run(1), pool.run(2), pool.run(3)]));
setInterval(() => {}, 1000);\n`,
    'work.js': `import { add } from './add.js';\nexport default (n) => add(n);\n`,
    'add.js': 'export const add = (n) => n + 10;\n',
  });
  usePackages(project, 'piscina');
  await using app = run(project, 'app.js');
  await app.lines('sums [ 11, 12, 13 ]', /is up in/);
  project.write('add.js', 'export const add = (n) => n + 20;\n');
  // The module of the pool that loads it may be named in between: two threads tell who imports it.
  await app.line(
    /^\[autoreload\] add\.js changed \(imported by app\.js > pool\.js > (.+worker\.js > )?work\.js\), restarting$/,
  );
  await app.lines('sums [ 21, 22, 23 ]', /is up in/);
  assert.equal(app.transcript.count(/^message/), 0);
});

test('pino: a save of a module of a transport restarts', async () => {
  using project = new Project({
    'app.js': `import pino from 'pino';
const transport = pino.transport({ target: new URL('./transport.js', import.meta.url).href });
pino(transport).info('hello');
setInterval(() => {}, 1000);\n`,
    'transport.js': `import { Writable } from 'node:stream';
import { prefix } from './prefix.js';
export default () => new Writable({
  write(chunk, encoding, done) { console.log(prefix, JSON.parse(String(chunk).split('\\n')[0]).msg); done(); },
});\n`,
    'prefix.js': "export const prefix = 'one';\n",
  });
  usePackages(project, 'pino');
  await using app = run(project, 'app.js');
  await app.lines('one hello', /is up in/);
  project.write('prefix.js', "export const prefix = 'two';\n");
  await app.line(
    /^\[autoreload\] prefix\.js changed \(imported by app\.js > (.+worker\.js > )?transport\.js\), restarting$/,
  );
  await app.line('two hello');
});

for (const execArgv of [
  ['--import', 'tsx', ...OURS],
  [...OURS, '--import', 'tsx'],
]) {
  test(`tsconfig.json and the file that it extends: node ${execArgv.join(' ')}`, async () => {
    using project = new Project({
      'tsconfig.json': '{\n  // what is shared\n  "extends": "./base.json",\n}',
      'base.json': '{ "compilerOptions": { "paths": { "#value": ["./one.ts"] } } }',
      'app.ts':
        "import { value } from '#value';\nconsole.log('said', value);\nsetInterval(() => {}, 1000);\n",
      'one.ts': 'export const value: number = 1;\n',
      'two.ts': 'export const value: number = 2;\n',
    });
    usePackages(project, 'tsx');
    await using app = run(project, 'app.ts', { execArgv });
    await app.lines('said 1', /is up in/);
    project.write('base.json', '{ "compilerOptions": { "paths": { "#value": ["./two.ts"] } } }');
    await app.line('[autoreload] base.json changed (used by app.ts > tsconfig.json), restarting');
    await app.lines('said 2', /is up in/);
    project.write('tsconfig.json', '{ "compilerOptions": { "paths": { "#value": ["./one.ts"] } } }');
    await app.line('[autoreload] tsconfig.json changed (used by app.ts), restarting');
    await app.lines('said 1', /is up in/);
  });
}

test('a tsconfig.json that counts only after the next run has been booted', async () => {
  using project = new Project({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "#value": ["./one.ts"] } } }',
    'app.mjs': `await new Promise((resolve) => setTimeout(resolve, 2500));
console.log((await import('./value.ts')).value);
setInterval(() => {}, 1000);
`,
    'value.ts': "export { value } from '#value';\n",
    'one.ts': "export const value: string = 'one';\n",
    'two.ts': "export const value: string = 'two';\n",
  });
  usePackages(project, 'tsx');
  await using app = run(project, 'app.mjs', {
    execArgv: ['--import', 'tsx', '--import', 'autoreload/register'],
    env: { AUTORELOAD_LOG: 'debug' },
  });
  await app.lines('one', /a standby waits/, / is up in /);
  project.write('tsconfig.json', '{ "compilerOptions": { "paths": { "#value": ["./two.ts"] } } }');
  await app.lines(/tsconfig\.json changed .*restarting/, 'two');
});

test('an invalid tsconfig.json is reported once, and its fix restarts', async () => {
  using project = new Project({
    'tsconfig.json': '{ "extends": "./base.json" }',
    'base.json': '{}',
    'app.ts': "const value: number = 1;\nconsole.log('said', value);\nsetInterval(() => {}, 1000);\n",
  });
  usePackages(project, 'tsx');
  const broken = `[autoreload] tsconfig.json is not valid JSON, so what it extends may not be watched. Correct it.`;
  await using app = run(project, 'app.ts', { execArgv: ['--import', 'tsx', ...OURS] });
  await app.lines('said 1', /is up in/);
  project.write('tsconfig.json', '{ "extends": "./base.json", ');
  await app.lines(/^\[autoreload\] tsconfig\.json changed/, broken);
  project.write('tsconfig.json', '{ "extends": "./base.json" }');
  await app.line(/^\[autoreload\] tsconfig\.json changed/);
  await app.lines('said 1', /is up in/);
  assert.equal(app.transcript.count(/is not valid JSON/), 1);
});

test('without a TypeScript loader, tsconfig.json does not count', async (t) => {
  if (!process.features.typescript) return t.skip('needs type stripping: Node 22.18+');
  using project = new Project({
    'tsconfig.json': '{}',
    'app.ts': "const value: number = 1;\nconsole.log('said', value);\nsetInterval(() => {}, 1000);\n",
  });
  await using app = run(project, 'app.ts', { execArgv: ['--no-warnings', ...OURS] });
  await app.lines('said 1', /is up in/);
  project.write('tsconfig.json', '{ "compilerOptions": {} }');
  project.write('app.ts', `${project.read('app.ts')}// edited\n`);
  await app.line('[autoreload] app.ts changed, restarting');
  await app.line('said 1');
  assert.equal(app.restarts, 1);
});

for (const execArgv of [
  ['--import', 'tsx', ...OURS],
  [...OURS, '--import', 'tsx'],
]) {
  test(`a missing file behind a path of tsconfig.json restarts when it is created: node ${execArgv.join(' ')}`, async () => {
    using project = new Project({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"] } } }',
      'app.ts':
        "import { value } from '@lib/new';\nconsole.log('said', value);\nsetInterval(() => {}, 1000);\n",
      'src/lib/other.ts': '',
    });
    usePackages(project, 'tsx');
    await using app = run(project, 'app.ts', { execArgv });
    await app.line(/^\[autoreload\] app\.ts failed with exit code 1, waiting for /);
    project.write('src/lib/new.ts', 'export const value: number = 1;\n');
    await app.lines(/^\[autoreload\] src\/lib\/new\.ts created .*, restarting$/, 'said 1');
  });
}
