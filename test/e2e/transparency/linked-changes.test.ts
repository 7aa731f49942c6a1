// What a standby has linked ahead is not used where it may differ from what the run would load, or where the program could notice it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { supervise } from '../../../src/supervisor/index.ts';
import { run } from '../../helpers/autoreload.ts';
import type { Run, RunOptions } from '../../helpers/autoreload.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';

/** Modules that are linked with those of each program. */
const FILLERS = Object.fromEntries(
  Array.from({ length: 16 }, (_, n) => [`fill/${n}.mjs`, `export default ${n};\n`]),
);
const FILL = Object.keys(FILLERS)
  .map((path) => `import './${path}';\n`)
  .join('');
const STAY = 'setInterval(() => {}, 1000);\n';

/** A time in seconds: the modules that were saved last are not linked. */
const OLD = 1_000_000_000;

const DEBUG = { AUTORELOAD_LOG: 'debug' };

/** A project with modules that are old, but the entry. */
function projectOf(files: Readonly<Record<string, string>>, entry = 'app.mjs'): Project {
  const project = new Project({ ...FILLERS, ...files, [entry]: `${FILL}${files[entry]}${STAY}` });
  for (const path of Object.keys(files)) if (path !== entry) fs.utimesSync(project.path(path), OLD, OLD);
  return project;
}

function start(project: Project, entry = 'app.mjs', options: RunOptions = {}): Run {
  return run(project, entry, { ...options, env: { ...DEBUG, ...options.env } });
}

/** Waits until a standby has linked modules, and returns its pid. */
async function linked(app: Run): Promise<number> {
  const line = await app.line(/a standby has linked modules \(pid \d+\)/);
  return Number(/\d+/.exec(line)?.[0]);
}

/** Saves the entry, which is never linked, so that the standby with linked modules is taken. */
function edit(project: Project, entry = 'app.mjs'): void {
  project.write(entry, `${project.read(entry)}// edited\n`);
}

for (const args of [[], ['--watch', '.']]) {
  test(`a link that leads to another module is followed (${args.join(' ') || 'no options'})`, async () => {
    using project = projectOf({
      'app.mjs': "import mode from './config.mjs';\nconsole.log('mode', mode);\n",
      'dev.mjs': "export default 'dev';\n",
      'prod.mjs': "export default 'prod';\n",
    });
    project.link('config.mjs', 'dev.mjs');
    await using app = start(project, 'app.mjs', {
      env: args.length > 0 ? { AUTORELOAD_WATCH: '.' } : {},
    });
    await app.line('mode dev');
    await linked(app);
    project.link('config.mjs', 'prod.mjs');
    await app.line('mode prod');
    await linked(app);
    project.replaceLink('config.mjs', 'dev.mjs');
    await app.line('mode dev');
  });
}

test('a module that is away while a standby links it is found when it is back', async () => {
  using project = projectOf({ 'app.mjs': "console.log('ran');\n" });
  await using app = start(project);
  await app.line('ran');
  for (let round = 0; round < 12; round++) {
    await app.line(/a standby waits \(pid \d+\), and links/);
    const path = `fill/${round}.mjs`;
    const before = project.read(path);
    project.remove(path);
    await pause(round * 10);
    project.write(path, before);
    edit(project);
    await app.line('ran');
  }
  assert.equal(app.transcript.count(/Cannot find module|ERR_MODULE_NOT_FOUND/), 0);
});

test('a module of a package that is not watched is not linked', async () => {
  using project = projectOf({
    'app.mjs': "import value from 'foo';\nconsole.log('foo', value);\n",
    'node_modules/foo/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/foo/index.js': 'export default 1;\n',
  });
  await using app = start(project, 'app.mjs', { env: { AUTORELOAD_IGNORE: 'node_modules' } });
  await app.line('foo 1');
  for (const value of [2, 3]) {
    await linked(app);
    project.write('node_modules/foo/index.js', `export default ${value};\n`);
    edit(project);
    await app.line(`foo ${value}`);
  }
});

test('a run that registers hooks for the first time loads its modules through them', async () => {
  const late = "console.log('value', (await import('./late.mjs')).default);\n";
  const hooks =
    "export const load = async (url, context, next) => url.endsWith('leaf.mjs') ? { format: 'module', source: 'export default 2', shortCircuit: true } : next(url, context);";
  using project = projectOf({
    'app.mjs': "import './late.mjs';\n",
    'late.mjs': "import leaf from './leaf.mjs';\nexport default leaf;\nconsole.log('leaf', leaf);\n",
    'leaf.mjs': 'export default 1;\n',
  });
  await using app = start(project);
  await app.line('leaf 1');
  await linked(app);
  const register = `import { register } from 'node:module';\nregister('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}), import.meta.url);\n`;
  project.write('app.mjs', `${FILL}${register}${late}${STAY}`);
  await app.line('value 2');
  await app.line(/is up/);
  edit(project);
  await app.line('value 2');
});

test('an entry in a package sees import.meta.main', async () => {
  const parts = Object.fromEntries(
    Object.entries(FILLERS).map(([path, text]) => [`node_modules/tool/${path}`, text]),
  );
  const imports = Object.keys(FILLERS).map((path) => `import './${path}';\n`);
  const source = `${imports.join('')}console.log('main', import.meta.main);\n${STAY}`;
  using project = projectOf({ ...parts, 'node_modules/tool/cli.mjs': source, 'app.mjs': '', 'page.md': '' });
  await using app = start(project, 'node_modules/tool/cli.mjs', { env: { AUTORELOAD_WATCH: 'page.md' } });
  const first = await app.line(/^main /);
  for (let round = 0; round < 2; round++) {
    await linked(app);
    project.write('page.md', `${round}`);
    await app.line(first);
  }
});

test('a CommonJS worker of a program with V8 options sees what it sees otherwise', async () => {
  using project = projectOf({
    'app.mjs':
      "import { Worker } from 'node:worker_threads';\nnew Worker(new URL('./worker.cjs', import.meta.url));\n",
    'worker.cjs': "console.log('worker', module.parent, require.main === module);\n",
  });
  const execArgv = ['--max-old-space-size=500', '--stack-trace-limit=20', '--import', 'autoreload/register'];
  await using app = start(project, 'app.mjs', { execArgv });
  const first = await app.line(/^worker /);
  await linked(app);
  edit(project);
  await app.line(first);
});

test('a warning of the resolver comes once in each run, and not from a standby', async () => {
  using project = projectOf({
    'app.mjs': "import 'odd';\nconsole.log('ran');\n",
    'node_modules/odd/package.json': '{ "type": "module", "main": "index" }',
    'node_modules/odd/index.js': '',
  });
  await using app = start(project);
  await app.line('ran');
  for (let round = 1; round <= 3; round++) {
    await linked(app);
    assert.equal(app.transcript.count(/DEP0151/), round);
    edit(project);
    await app.line('ran');
    await app.line(/is up/);
  }
});

test('modules are linked again after a worker and a child process under tsx', async () => {
  using project = projectOf(
    {
      'app.ts': `import { Worker } from 'node:worker_threads';
import { spawnSync } from 'node:child_process';
new Worker(new URL('./worker.mjs', import.meta.url));
spawnSync(process.execPath, [...process.execArgv, 'child.mjs']);
console.log('ran');
`,
      'worker.mjs': '',
      'child.mjs': '',
    },
    'app.ts',
  );
  usePackages(project, 'tsx');
  const execArgv = ['--import', 'tsx', '--import', 'autoreload/register'];
  await using app = start(project, 'app.ts', { execArgv });
  await app.line('ran');
  for (let round = 0; round < 3; round++) {
    await linked(app);
    edit(project, 'app.ts');
    await app.line('ran');
  }
});

test('the graph is the same, whether modules were linked ahead or not', async () => {
  using project = projectOf({
    'app.mjs': "import './a.mjs';\n",
    'a.mjs': "import './b.mjs';\nimport c from './c.cjs';\nawait import('./d.mjs');\n",
    'b.mjs': '',
    'c.cjs': '',
    'd.mjs': '',
  });
  await using program = supervise({ script: 'app.mjs', cwd: project.dir, stdio: 'ignore' });
  const graphs: string[][] = [];
  for (let round = 0; round < 3; round++) {
    await once(program, 'ready');
    graphs.push(
      program
        .graph()
        .map((edge) => JSON.stringify(edge))
        .toSorted(),
    );
    // Until a standby has linked modules.
    await pause(1000);
    edit(project);
  }
  assert.deepEqual(graphs[1], graphs[0]);
  assert.deepEqual(graphs[2], graphs[0]);
});
