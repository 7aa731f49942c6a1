import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fromPath } from '../../../../src/shared/module-url.ts';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { ProgramFiles } from '../../../../src/supervisor/changes/program-files.ts';
import { ProgramGraph } from '../../../../src/supervisor/changes/program-graph.ts';
import { RecordIntake } from '../../../../src/supervisor/changes/record-intake.ts';
import { loadLexer } from '../../../../src/supervisor/graph/source-scan.ts';
import { Project } from '../../../helpers/project.ts';

before(loadLexer);

/** A run of the program in a project, with the parts that learn from its records. */
class Bench {
  readonly files = new ProgramFiles({
    writes: { total: () => undefined, mayInclude: () => true, exitedAt: () => Infinity },
    onFound: () => {},
  });
  readonly graph = new ProgramGraph(this.files);
  readonly records: RecordIntake;
  readonly #project: Project;
  /** Number of reports that jiti runs the program. */
  jiti = 0;

  constructor(
    project: Project,
    settings: readonly string[] = [],
    [entry, ...args]: readonly [string, ...string[]] = ['app.js'],
  ) {
    this.#project = project;
    this.records = new RecordIntake({
      cwd: project.dir,
      entry: project.path(entry),
      args: [entry, ...args],
      env: {},
      settings,
      isIgnored: () => false,
      onPath: () => {},
      onProblem: (error) => assert.fail(error),
      onJiti: () => this.jiti++,
      graph: this.graph,
    });
    this.files.baseline.begin(Date.now());
    this.records.begin();
  }

  /** The run loads `to`, which `from` imports as `specifier`. */
  load(from: string | undefined, to: string, specifier: string): void {
    const parent = from === undefined ? undefined : fromPath(this.#project.path(from));
    const path = this.#project.path(to);
    const stamp = stampFile(path);
    this.records.take({ kind: 'resolved', specifier, parent, url: fromPath(path), stamp });
  }

  miss(from: string, specifier: string): void {
    const parent = fromPath(this.#project.path(from));
    this.records.take({ kind: 'missed', specifier, parent, at: Date.now() });
  }
}

test('each dependency has its reason and its line, and dynamic imports that the run has not reached are listed', () => {
  using project = new Project({
    'app.js': `import './a.js';\n\nif (never) await import('./b.js');\nnew URL('./c.txt', import.meta.url);\n`,
    'a.js': "require('./missing');\n",
    'c.txt': '',
    '.env': '',
  });
  const bench = new Bench(project, [project.path('.env')]);
  bench.load(undefined, 'app.js', project.path('app.js'));
  bench.load('app.js', 'a.js', './a.js');
  bench.miss('a.js', './missing');
  while (bench.records.sources.next());
  bench.files.tracked.add(project.path('page.html'), { text: '*.html', by: 'option' }, 'first');
  const lines = bench.graph
    .dependencies()
    .map((edge) => ({ ...edge, to: 'to' in edge ? edge.to : undefined }))
    .filter(({ reason, to }) => reason !== 'miss' || to?.endsWith('/missing.js'))
    .map(({ from, to, reason, specifier, line }) => {
      const name = (url: string | undefined): string => url?.slice(fromPath(project.dir).length + 1) ?? '-';
      return `${name(from)} ${reason} ${name(to)} ${from === undefined ? '-' : (specifier ?? '-')} ${line ?? '-'}`;
    });
  assert.deepEqual(lines.toSorted(), [
    '- import app.js - -',
    '- setting .env - -',
    '- tracked page.html - -',
    'a.js miss missing.js ./missing 1',
    'app.js asset c.txt ./c.txt 4',
    'app.js import a.js ./a.js 1',
    'app.js setting package.json - -',
    'app.js untaken - ./b.js 3',
  ]);
  assert.equal(bench.records.missing, project.path('missing'));
  bench.records.begin();
  assert.equal(bench.records.missing, undefined);
});

test('after a crash, the modules that the run would have loaded next count', () => {
  using project = new Project({ 'app.js': "import './a.js';\n", 'a.js': "import './b.js';\n", 'b.js': '' });
  const bench = new Bench(project);
  bench.load(undefined, 'app.js', project.path('app.js'));
  bench.records.addUnreached({ error: undefined, at: Date.now() });
  const chain = ['app.js', 'a.js', 'b.js'].map((name) => project.path(name));
  for (const path of chain) assert.ok(bench.files.baseline.has(path), path);
  assert.deepEqual(bench.graph.chain(project.path('b.js')), chain);
});

test('a missed import is named until it resolves', () => {
  using project = new Project({ 'app.js': '' });
  const bench = new Bench(project);
  assert.equal(bench.records.missing, undefined);
  bench.miss('app.js', './a.js');
  assert.equal(bench.records.missing, project.path('a.js'));
  project.write('a.js', '');
  bench.load('app.js', 'a.js', './a.js');
  assert.equal(bench.records.missing, undefined);
});

test('an optional dependency of a package is forgotten when a later import resolves', () => {
  using project = new Project({ 'node_modules/pkg/index.js': '', 'b.js': '' });
  const bench = new Bench(project);
  bench.miss('node_modules/pkg/index.js', 'optional');
  assert.equal(bench.records.missing, project.path('node_modules/optional'));
  bench.load('node_modules/pkg/index.js', 'b.js', '../../b.js');
  assert.equal(bench.records.missing, undefined);
});

test('a missed import that exists by now, or that the error of the crash does not name, is not named', () => {
  using project = new Project({ 'app.js': '' });
  const bench = new Bench(project);
  const crash = (error: string | undefined): void => bench.records.addUnreached({ error, at: Date.now() });
  bench.load(undefined, 'app.js', project.path('app.js'));
  bench.miss('app.js', 'pkg');
  assert.equal(bench.records.missing, project.path('node_modules/pkg'));
  project.write('node_modules/pkg/index.js', '');
  assert.equal(bench.records.missing, undefined);
  bench.records.begin();
  bench.miss('app.js', './@scope/pkg');
  crash(undefined);
  assert.equal(bench.records.missing, project.path('@scope/pkg'));
  crash(`Error: Cannot find module '${project.path('@scope/pkg')}'`);
  assert.equal(bench.records.missing, project.path('@scope/pkg'));
  crash(
    'SyntaxError: Unexpected token\n    at load (/app/node_modules/@scope/pkg/a.js:1:1)\n    at ./@scope/pkg',
  );
  assert.equal(bench.records.missing, undefined);
});

const JITI = {
  'main.ts': "import { v } from './leaf';\nimport type { T } from './type';\nawait import('./dynamic');\n",
  'leaf.ts': "import './deep.js';\nimport './main';\nconst a: string = require('./required');\n",
  'deep.ts': '',
  'dynamic.ts': '',
  'required/index.ts': '',
  'type.ts': '',
  'node_modules/jiti/lib/jiti.mjs': '',
  'node_modules/jiti/lib/jiti-cli.mjs': '',
  'node_modules/jiti/lib/jiti-register.mjs': '',
};

test('with jiti, which reads modules without a hook, literal imports and requires count by the source', () => {
  using project = new Project(JITI);
  const bench = new Bench(project);
  bench.load(undefined, 'node_modules/jiti/lib/jiti-register.mjs', 'jiti/register');
  bench.load(undefined, 'main.ts', project.path('main.ts'));
  bench.load('main.ts', 'node_modules/jiti/lib/jiti.mjs', 'jiti');
  bench.records.sources.onReady();
  const chain = ['main.ts', 'leaf.ts', 'deep.ts'].map((path) => project.path(path));
  assert.deepEqual(bench.graph.chain(project.path('deep.ts')), chain);
  const { baseline } = bench.files;
  for (const path of [...chain, project.path('dynamic.ts'), project.path('required/index.ts')])
    assert.ok(baseline.isLoaded(path), path);
  assert.ok(!baseline.has(project.path('type.ts')));
  assert.equal(bench.jiti, 1);
});

test('under the command of jiti, the program is the argument of the command', () => {
  using project = new Project(JITI);
  project.link('node_modules/.bin/jiti', project.path('node_modules/jiti/lib/jiti-cli.mjs'));
  for (const entry of ['node_modules/.bin/jiti', 'node_modules/jiti/lib/jiti-cli.mjs']) {
    const bench = new Bench(project, [], [entry, 'main', 'type.ts']);
    bench.load(undefined, 'node_modules/jiti/lib/jiti-cli.mjs', entry);
    bench.records.sources.onReady();
    const chain = ['main.ts', 'leaf.ts', 'deep.ts'].map((path) => project.path(path));
    assert.deepEqual(bench.graph.chain(project.path('deep.ts')), chain);
    assert.ok(bench.files.hasOwn);
    assert.equal(bench.jiti, 1);
  }
});

test('a tool that reads its configuration with jiti does not change what counts', () => {
  using project = new Project(JITI);
  const bench = new Bench(project);
  bench.load(undefined, 'main.ts', project.path('main.ts'));
  bench.load('main.ts', 'node_modules/jiti/lib/jiti.mjs', 'jiti');
  while (bench.records.sources.next());
  assert.ok(!bench.files.baseline.has(project.path('dynamic.ts')));
  assert.equal(bench.jiti, 0);
});
