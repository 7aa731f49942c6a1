// With `--ahead packages` a standby runs the packages that come first, without any visible difference but its speed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { LOOK } from '../../helpers/look.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const ENV = { AUTORELOAD_LOG: 'debug', AUTORELOAD_AHEAD: 'packages' };
const posix = { skip: process.platform === 'win32' && 'needs signals' };

/** Files of packages by name; those with a dot in the name are ES modules. */
function packages(sources: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sources).flatMap(([name, source]) => {
      const isEsm = name.startsWith('esm');
      const info = { name, version: '1.0.0', main: 'index.js', type: isEsm ? 'module' : 'commonjs' };
      return [
        [`node_modules/${name}/package.json`, JSON.stringify(info)],
        [`node_modules/${name}/index.js`, source],
      ];
    }),
  );
}

/** Whether this Node strips types. */
const usesTypes = Boolean((process.features as { typescript?: unknown }).typescript);

/** Whether this Node requires ES modules without a warning. */
const requiresEsm = 'require_module' in process.features;

/** Notes in which process and in which order the packages run. */
const NOTE = (name: string): string => `(globalThis.ran ??= []).push('${name}');\n`;
const SHOW = "console.log('ran', process.pid, globalThis.ran.join());\n";

/** Saves the entry with another content. */
function edit(project: Project): void {
  project.write('app.js', `${project.read('app.js')}// edited\n`);
}

/** Waits until a standby has run packages, and returns its pid. */
async function ready(app: Run, count: number): Promise<number> {
  const line = await app.line(new RegExp(`a standby waits .* and runs ${count} packages`));
  await app.line(/a standby has linked modules/);
  return Number(/\d+/.exec(line)?.[0]);
}

test('packages that come first have run in the standby, in the same order', async () => {
  using project = new Project({
    ...packages({
      one: `${NOTE('one')}require('deep');\nglobalThis.at = Date.now();\n`,
      deep: NOTE('deep'),
      esm: `import 'two';\n${NOTE('esm')}`,
      two: NOTE('two'),
      later: NOTE('later'),
    }),
    'app.js': `import 'node:http';\nimport './a.js';\nimport 'later';\n${NOTE('app')}${SHOW}console.log('at', globalThis.at);\n${STAY}`,
    'a.js': `import 'one';\nimport 'esm';\n${NOTE('a')}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.lines(/^ran \d+ one,deep,two,esm,a,later,app$/, /^at /);
  for (let round = 0; round < 3; round++) {
    const pid = await ready(app, 2);
    const before = Date.now();
    edit(project);
    const [, at] = await app.lines(`ran ${pid} one,deep,two,esm,a,later,app`, /^at /);
    assert.ok(Number(at!.slice('at '.length)) <= before);
  }
  assert.equal(app.transcript.count(/not run ahead/), 0);
});

test(
  'a module that an ES module imports, which a package requires, is watched',
  { skip: !requiresEsm },
  async () => {
    using project = new Project({
      ...packages({ one: "require('esm');\n", esm: "import './deep.cjs';\n" }),
      'node_modules/esm/deep.cjs': "globalThis.deep = 'deep 1';\n",
      'app.js': `import 'one';\nconsole.log('ran', globalThis.deep);\n${STAY}`,
    });
    await using app = run(project, 'app.js', { env: ENV });
    await app.line('ran deep 1');
    await ready(app, 1);
    edit(project);
    await app.lines('ran deep 1', /is up in/);
    project.write('node_modules/esm/deep.cjs', "globalThis.deep = 'deep 2';\n");
    await app.line('ran deep 2');
  },
);

test('the stack of an error at load shows nothing of autoreload', async () => {
  using project = new Project({
    ...packages({ one: 'module.exports = new Error().stack;\n' }),
    'app.js': `import stack from 'one';\nconsole.log('ours', /preload\\.cjs|linked-gate/.test(stack));\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  for (let round = 0; round < 2; round++) {
    await app.line('ours false');
    await ready(app, 1);
    edit(project);
  }
  await app.line('ours false');
});

test('with `--ahead link` no package runs ahead', async () => {
  using project = new Project({
    ...packages({ one: "console.log('one');\n" }),
    'app.js': `import 'one';\nconsole.log('ran');\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: { ...ENV, AUTORELOAD_AHEAD: 'link' } });
  await app.lines('one', 'ran', /a standby waits/);
  assert.equal(app.transcript.count(/and runs/), 0);
});

test('a promise that nobody waits for is no effect', async () => {
  using project = new Project({
    ...packages({
      one: 'module.exports = [Promise.resolve(1), new Promise(() => {}), (async () => 2)()];\n',
    }),
    'app.js': `import all from 'one';\nconsole.log('ran', await all[0], await all[2]);\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  for (let round = 0; round < 2; round++) {
    await app.line('ran 1 2');
    await ready(app, 1);
    edit(project);
  }
  await app.line('ran 1 2');
});

test('an import that comes before the packages now is evaluated before them', async () => {
  using project = new Project({
    ...packages({ one: "globalThis.seen = process.env.FLAG ?? 'unset';\n" }),
    'app.js': `import 'one';\nconsole.log('ran', globalThis.seen);\n${STAY}`,
    'config.js': "process.env.FLAG = 'set';\n",
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.line('ran unset');
  await ready(app, 1);
  const before = project.read('app.js');
  project.write('app.js', `import './config.js';\n${before}`);
  await app.line('ran set');
  // No package comes first.
  await app.line(/a standby waits \(pid \d+\)$/);
  project.write('app.js', before);
  await app.line('ran unset');
  // An import that comes later changes nothing.
  const pid = await ready(app, 1);
  project.write('app.js', `import 'one';\nimport './config.js';\nconsole.log('pid', process.pid);\n${STAY}`);
  await app.line(`pid ${pid}`);
  await ready(app, 1);
  project.write('app.js', `console.log('ran', globalThis.seen);\n${STAY}`);
  await app.line('ran undefined');
});

test('a file that a package has read or looked for at load is read anew when it has changed', async () => {
  const read = `const fs = require('node:fs');
globalThis.conf = fs.existsSync('conf.txt') ? fs.readFileSync('conf.txt', 'utf8') : 'none';
`;
  using project = new Project({
    ...packages({ one: read }),
    'app.js': `import 'one';\nconsole.log('ran', globalThis.conf);\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.line('ran none');
  for (const content of ['first', 'second', 'other!']) {
    await ready(app, 1);
    project.write('conf.txt', content);
    edit(project);
    await app.line(`ran ${content}`);
  }
});

test('a data file of a package is read anew when it has changed', async () => {
  const read =
    "globalThis.data = require('node:fs').readFileSync(require('node:path').join(__dirname, 'data.txt'), 'utf8');\n";
  using project = new Project({
    ...packages({ one: read }),
    'node_modules/one/data.txt': '0',
    'app.js': `import 'one';\nconsole.log('ran', globalThis.data);\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.line('ran 0');
  for (const content of ['first', 'second']) {
    await ready(app, 1);
    project.write('node_modules/one/data.txt', content);
    edit(project);
    await app.line(`ran ${content}`);
  }
});

test('a package that leaves a rejected promise is not run ahead, and prints nothing', async () => {
  using project = new Project({
    ...packages({ one: "module.exports = { late: Promise.reject(new Error('rejected')) };\n" }),
    'app.js': `import one from 'one';\none.late.catch(() => console.log('caught', process.pid));\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.line(/^caught /);
  await app.line(/not run ahead: .*one/);
  assert.equal(app.transcript.count(/Error: rejected/), 0);
});

test('an import that a compiler has removed does not run ahead', { skip: !usesTypes }, async () => {
  using project = new Project({
    ...packages({ one: NOTE('one'), two: NOTE('two') }),
    'app.ts': `import 'two';\nimport 'one';\n${SHOW}${STAY}`,
  });
  await using app = run(project, 'app.ts', { env: ENV });
  await app.line(/^ran \d+ two,one$/);
  await ready(app, 2);
  // Node strips types only where they are marked: the import of a type.
  project.write('app.ts', `import type {} from 'two';\nimport 'one';\n${SHOW}${STAY}`);
  await app.line(/^ran \d+ one$/);
});

test('a package that is installed anew is run anew', async () => {
  using project = new Project({
    ...packages({ one: 'globalThis.version = 1;\n' }),
    'app.js': `import 'one';\nconsole.log('ran', globalThis.version);\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.line('ran 1');
  for (const version of [2, 3]) {
    await ready(app, 1);
    project.write('node_modules/one/index.js', `globalThis.version = ${version};\n`);
    await app.line(`ran ${version}`);
  }
});

test('a function of Node that a package keeps or replaces at load works in the run', posix, async () => {
  const source = `const { kill } = process;
const exit = process.reallyExit;
process.reallyExit = (code) => { console.log('exits', code); exit.call(process, code); };
module.exports = { kill, write: require('node:fs').writeFileSync };
`;
  using project = new Project({
    ...packages({ one: source }),
    'app.js': `import { kill, write } from 'one';\nwrite('out', 'x');\nkill(process.pid, 0);\nconsole.log('ran');\nprocess.on('SIGTERM', () => process.exit(4));\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: ENV });
  await app.line('ran');
  for (let round = 0; round < 2; round++) {
    await ready(app, 1);
    edit(project);
    await app.lines('exits 4', 'ran');
  }
});

/** test/contract/effects.test.ts has the other effects. */
const EFFECTS: readonly (readonly [what: string, source: string])[] = [
  ['prints', "console.log('effect');"],
  ['does something after a promise', 'Promise.resolve().then(() => {});'],
  ['reads its input', "process.stdin.on('data', () => {}).unref?.();"],
];

for (const [what, source] of EFFECTS) {
  test(`a package that ${what} is not run ahead, nor those behind it`, posix, async () => {
    using project = new Project({
      ...packages({
        one: NOTE('one'),
        two: `(globalThis.ran ??= []).push('two');\n${source}\n`,
        three: NOTE('three'),
      }),
      'app.js': `import 'one';\nimport 'two';\nimport 'three';\n${SHOW}${STAY}`,
    });
    await using app = run(project, 'app.js', { env: ENV });
    const all = /^ran \d+ one,two,three$/;
    await app.line(all);
    await app.line(/a standby waits .* runs 3 packages/);
    await app.line(/not run ahead: .*two/);
    const pid = await ready(app, 1);
    edit(project);
    await app.line(`ran ${pid} one,two,three`);
    await ready(app, 1);
    // What a package prints, it prints in each run and nowhere else.
    assert.equal(app.transcript.count(/\beffect$/), what === 'prints' ? 2 : 0);
  });
}

test('real packages that have run ahead leave the process as in the first run', async () => {
  const names = ['express', 'fastify', 'ws', '@opentelemetry/api', 'typescript'];
  const imports = names.map((name) => `import '${name}';\n`).join('');
  using project = new Project({
    'look.cjs': LOOK,
    'app.js': `${imports}import look from './look.cjs';\nlook.show('all');\nconsole.log('done');\n`,
  });
  usePackages(project, ...names);
  await using app = run(project, 'app.js', { env: ENV });
  const runs: string[][] = [];
  for (let round = 0; round < 3; round++) {
    await app.line('done');
    // Node reads modules concurrently: their order in `require.cache` varies.
    runs.push(app.transcript.lines('stdout').slice(runs.flat().length).toSorted());
    await app.line(/a standby has linked modules/);
    project.write('app.js', `${project.read('app.js')}// ${round}\n`);
  }
  assert.deepEqual(runs[1], runs[0]);
  assert.deepEqual(runs[2], runs[0]);
});

test('a package that fails or exits when it is loaded does so in the run alone', async () => {
  for (const [source, line] of [
    ["throw new Error('from the package');", /^Error: from the package/],
    ["console.error('bye');\nprocess.exit(3);", 'bye'],
  ] as const) {
    using project = new Project({
      ...packages({
        one: `if (process.env.BREAK === globalThis.undefined && require('node:fs').existsSync('break')) {\n${source}\n}\n`,
      }),
      'app.js': `import 'one';\nconsole.log('ran');\n${STAY}`,
    });
    await using app = run(project, 'app.js', { env: ENV });
    await app.line('ran');
    await ready(app, 1);
    project.write('break', '');
    edit(project);
    await app.lines(line, /failed with exit code/);
    project.remove('break');
    edit(project);
    await app.line('ran');
  }
});
