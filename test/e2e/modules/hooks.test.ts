// Module hooks of tools and of the program itself, registered before or after those of autoreload: whether or not they call
// the next hook, a save of a file that they load restarts the program.
import assert from 'node:assert/strict';
import module from 'node:module';
import { test } from 'node:test';
import { isLoadHookTransparent } from '../../../src/node-internals/process.cts';
import { run } from '../../helpers/autoreload.ts';
import { installAutoreload, usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const ALIVE = 'setInterval(() => {}, 1000);\n';
const AUTORELOAD = ['--import', 'autoreload/register'];
const HOOKED = ['--import', './hooked.js'];

const NO_SYNC_HOOKS = !('registerHooks' in module) && 'needs module.registerHooks: Node 22.15+';

interface Hooks {
  readonly name: string;
  /** Files of the project besides the program. */
  readonly files: Readonly<Record<string, string>>;
  readonly packages?: readonly string[];
  /** Node options that register the hooks. */
  readonly options?: readonly string[];
  /** What the hooks append to the program's output. */
  readonly adds?: string;
  readonly skip?: string | false;
}

const HOOK = `
new Hook((exported, name) => {
  if (String(name).endsWith('deep.js')) exported.deep += ' hooked';
});
`;

/** Hooks that resolve and load the program's own files without calling the next hook. */
const SHORT_CIRCUIT = (async: 'async ' | ''): string => `
import fs from 'node:fs';
const isOwn = (url) => url?.startsWith(new URL('.', import.meta.url).href) && !url.includes('/node_modules/');
export ${async}function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith('./') || !isOwn(context.parentURL)) return nextResolve(specifier, context);
  return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
}
export ${async}function load(url, context, nextLoad) {
  if (!isOwn(url) || !url.includes('/src/')) return nextLoad(url, context);
  const source = String(fs.readFileSync(new URL(url))).replace(/(one|two|three)/, '$1 kept');
  return { format: 'module', source, shortCircuit: true };
}
`;

const REGISTER = "import { register } from 'node:module';\nregister('./hooks.js', import.meta.url);\n";

const ALL: readonly Hooks[] = [
  {
    name: 'import-in-the-middle by module.register',
    packages: ['import-in-the-middle'],
    files: {
      'hooked.js': `import { register } from 'node:module';\nimport { Hook } from 'import-in-the-middle';\nregister('import-in-the-middle/hook.mjs', import.meta.url);${HOOK}`,
    },
    adds: ' hooked',
  },
  {
    name: 'import-in-the-middle by module.registerHooks',
    packages: ['import-in-the-middle'],
    files: {
      'hooked.js': `import { Hook } from 'import-in-the-middle';\nimport { register } from 'import-in-the-middle/register-hooks.mjs';\nregister();${HOOK}`,
    },
    adds: ' hooked',
    skip: NO_SYNC_HOOKS,
  },
  {
    name: 'OpenTelemetry, as its documentation has it',
    packages: ['@opentelemetry/api', '@opentelemetry/instrumentation', 'import-in-the-middle'],
    files: {
      'hooked.js': `import { register } from 'node:module';\nimport { Hook } from 'import-in-the-middle';\nregister('@opentelemetry/instrumentation/hook.mjs', import.meta.url);${HOOK}`,
    },
    adds: ' hooked',
  },
  {
    name: 'hooks that do not call the next hook, by module.register',
    files: { 'hooks.js': SHORT_CIRCUIT('async '), 'hooked.js': REGISTER },
    adds: ' kept',
  },
  {
    name: 'hooks that do not call the next hook, by module.registerHooks',
    files: {
      'hooks.js': SHORT_CIRCUIT(''),
      'hooked.js':
        "import { registerHooks } from 'node:module';\nimport * as hooks from './hooks.js';\nregisterHooks(hooks);\n",
    },
    adds: ' kept',
    skip: NO_SYNC_HOOKS,
  },
  {
    name: 'hooks that do not call the next hook, by --experimental-loader',
    files: { 'hooks.js': SHORT_CIRCUIT('async ') },
    options: ['--experimental-loader', './hooks.js'],
    adds: ' kept',
  },
];

for (const hooks of ALL) {
  const options = hooks.options ?? HOOKED;
  for (const [order, execArgv] of [
    ['behind', [...AUTORELOAD, ...options]],
    ['in front of', [...options, ...AUTORELOAD]],
  ] as const) {
    test(`${hooks.name}, ${order} autoreload`, { skip: hooks.skip ?? false }, async () => {
      await check(hooks, execArgv);
    });
  }
}

const tellsLoaded = isLoadHookTransparent(process.versions.node);

test('a module that was only resolved restarts, and where the load hook records, the lines say so', async () => {
  using project = new Project({
    'app.js': `import './loaded.js';\nimport.meta.resolve('./only.js');\n${ALIVE}`,
    'loaded.js': '',
    'only.js': '',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await app.line(/ is up in .* watching 3 files/);
  project.write('only.js', '// edited\n');
  await app.line(`[autoreload] only.js changed (${tellsLoaded ? 'used' : 'imported'} by app.js), restarting`);
  await app.line(`[autoreload] why: app.js > only.js${tellsLoaded ? ' (only resolved)' : ''}`);
  await app.line(/ is up in /);
  project.write('loaded.js', '// edited\n');
  await app.line('[autoreload] loaded.js changed (imported by app.js), restarting');
  await app.line('[autoreload] why: app.js:1 > loaded.js');
});

async function check({ files, packages = [], adds = '' }: Hooks, execArgv: readonly string[]): Promise<void> {
  using project = new Project({
    'app.js': `import { dep } from './src/dep.js';\nconsole.log(dep);\n${ALIVE}`,
    'src/dep.js': "import { deep } from './deep.js';\nexport const dep = `dep ${deep}`;\n",
    'src/deep.js': deep('one'),
    ...files,
  });
  installAutoreload(project);
  usePackages(project, ...packages);
  await using app = run(project, 'app.js', { execArgv });
  const changed = /^\[autoreload\] src\/deep\.js changed.*, restarting$/;
  await app.lines(`dep one${adds}`, / is up in /);
  project.write('src/deep.js', deep('two'));
  await app.line(changed);
  await app.lines(`dep two${adds}`, / is up in /);
  assert.equal(app.restarts, 1);
  // The order decides who sees a module, not what a broken one does.
  if (execArgv[1] !== AUTORELOAD[1]) return;
  project.write('src/deep.js', "export const deep = 'no end;\n");
  await app.line(changed);
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for a change/);
  project.write('src/deep.js', deep('three'));
  await app.line(changed);
  await app.lines(`dep three${adds}`, / is up in /);
  assert.equal(app.restarts, 3);
}

function deep(value: string): string {
  return `export let deep = '${value}';\n`;
}
