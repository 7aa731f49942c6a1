// A program whose modules were linked ahead has the same output as in its first run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { LOOK } from '../../helpers/look.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

/** Modules that are linked with those of each program. */
const FILLERS = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`fill/${n}.mjs`, '']));
const FILL = Object.keys(FILLERS)
  .map((path) => `import './${path}';\n`)
  .join('');

/** A time in seconds. */
const OLD = 1_000_000_000;

interface Program {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly entry?: string;
  readonly tsx?: true;
  /** Its modules cannot be linked: another standby is taken. */
  readonly isBroken?: true;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'cycles, and the order of evaluation',
    files: {
      'app.mjs': "import './a.mjs';\nimport { b } from './b.mjs';\nconsole.log('app', b());\n",
      'a.mjs': "import { b } from './b.mjs';\nconsole.log('a', typeof b);\nexport const a = 1;\n",
      'b.mjs':
        "import { a } from './a.mjs';\nimport './c.cjs';\nconsole.log('b');\nexport function b() { return a; }\n",
      'c.cjs':
        "console.log('c', module.parent === undefined, require.main?.id, Object.keys(require.cache).length);\n",
    },
  },
  {
    name: 'top-level await, and dynamic imports',
    files: {
      'app.mjs': `import { slow } from './slow.mjs';
console.log(slow, Object.keys(await import('./late.mjs')), await import('./late.mjs') === await import('./late.mjs'));
console.log((await import('./late.mjs?query')).url, import.meta.resolve('./none.mjs'));
`,
      'slow.mjs':
        "console.log('slow begins');\nexport const slow = await new Promise((r) => setTimeout(r, 20, 'slow'));\n",
      'late.mjs': "export const url = import.meta.url;\nconsole.log('late', Object.keys(import.meta));\n",
    },
  },
  {
    name: 'names of CommonJS exports, and JSON',
    files: {
      'app.mjs': `import data from './data.json' with { type: 'json' };
import one, { two } from './re.cjs';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
console.log(data, one, two, require('./re.cjs') === one, require('./data.json') === data, Object.keys(require.cache).length);
`,
      're.cjs':
        "module.exports = { ...require('./two.cjs') };\nexports.two = 0;\nmodule.exports.two = require('./two.cjs').two;\n",
      'two.cjs': 'exports.two = module.children.length + module.paths.length;\n',
      'data.json': '{ "a": 1 }',
    },
  },
  {
    name: 'stacks of errors',
    files: {
      'app.mjs':
        "import { f } from './thrower.mjs';\nError.stackTraceLimit = 50;\ntry { f(); } catch (error) { console.log(error.stack); }\nawait null;\nf();\n",
      'thrower.mjs':
        "export const f = () => { throw new Error('from a module'); };\nconsole.log(new Error('at load').stack);\n",
    },
  },
  {
    name: 'a module that throws',
    files: {
      'app.mjs': "import './good.mjs';\nimport './bad.mjs';\nimport './never.mjs';\n",
      'good.mjs': "console.log('good');\nprocess.on('exit', (code) => console.log('exit', code));\n",
      'bad.mjs': "throw new RangeError('bad');\n",
      'never.mjs': "console.log('never');\n",
    },
  },
  {
    name: 'a missing export',
    files: {
      'app.mjs': "import { none } from './a.mjs';\nconsole.log(none);\n",
      'a.mjs': 'export const a = 1;\n',
    },
  },
  {
    name: 'a syntax error',
    isBroken: true,
    files: {
      'app.mjs': "import './good.mjs';\nimport './bad.mjs';\n",
      'good.mjs': "console.log('good');\n",
      'bad.mjs': 'export const a = ;\n',
    },
  },
  {
    name: 'a missing module, in an import that is caught',
    files: {
      'app.mjs':
        "import './a.mjs';\nfor (const path of ['./none.mjs', './broken.mjs']) await import(path).catch((error) => console.log(error.name, error.code, error.message));\n",
      'a.mjs': "console.log('a');\n",
      'broken.mjs': "import './gone.mjs';\n",
    },
  },
  {
    name: 'the properties of globals',
    files: {
      'look.cjs': LOOK,
      'app.mjs': "import http from 'node:http';\nimport look from './look.cjs';\nlook.show('all');\n",
    },
  },
  {
    name: 'TypeScript under tsx',
    tsx: true,
    entry: 'app.ts',
    files: {
      'package.json': '{ "type": "module" }',
      'app.ts':
        "import { Part } from './part.ts';\nimport { other } from './other.js';\nconsole.log(Part.one, other);\nthrow new Error('under tsx');\n",
      'part.ts': "export enum Part { one = 'one' }\nconsole.log(import.meta.url.length);\n",
      'other.ts': "import type { Part } from './part.ts';\nexport const other: Part | string = 'other';\n",
    },
  },
];

/** The lines of each of three runs with the same output on one stream. */
function outputs(app: Run, stream: 'stdout' | 'stderr'): string[][] {
  const lines = app.transcript.lines(stream).filter((line) => !line.startsWith('[autoreload] '));
  const comparable = lines.map((line) => line.replace(/^\(node:\d+\)/, '(node:PID)'));
  const third = Math.ceil(lines.length / 3);
  return [0, 1, 2].map((n) => comparable.slice(n * third, (n + 1) * third));
}

for (const { name, files, entry = 'app.mjs', tsx, isBroken } of PROGRAMS) {
  test(name, async () => {
    using project = new Project({ ...FILLERS, ...files, [entry]: `${FILL}${files[entry]}` });
    // The modules that were saved last are not linked.
    for (const path of Object.keys(files)) fs.utimesSync(project.path(path), OLD, OLD);
    if (tsx) usePackages(project, 'tsx');
    const execArgv = [...(tsx ? ['--import', 'tsx'] : []), '--import', 'autoreload/register'];
    await using app = run(project, entry, { execArgv, env: { AUTORELOAD_LOG: 'debug' } });
    const ended = /^\[autoreload\] \S+ (completed|failed)/;
    await app.line(ended);
    for (let round = 0; round < 2; round++) {
      await app.line(isBroken ? /a standby waits/ : /a standby has linked modules/);
      project.write(entry, `${project.read(entry)}// ${round}\n`);
      await app.line(ended);
    }
    app.kill('SIGTERM');
    // The two streams have no common order: all lines are there at the end.
    await app.end();
    for (const stream of ['stdout', 'stderr'] as const) {
      const [first, second, third] = outputs(app, stream);
      assert.deepEqual(second, first, stream);
      assert.deepEqual(third, first, stream);
    }
  });
}
