// A loader that checks types fails before Node resolves any import: the imports of the file that failed count by its source.
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const OPTIONS = { module: 'commonjs', target: 'es2020', strict: true, skipLibCheck: true };

/** Starts `main.ts` with ts-node, which checks types. */
function start(project: Project): Run {
  usePackages(project, 'ts-node', 'typescript');
  const execArgv = ['--import', 'autoreload/register', '--require', 'ts-node/register'];
  return run(project, 'main.ts', { execArgv });
}

function projectOf(files: Readonly<Record<string, string>>): Project {
  const tsconfig = JSON.stringify({ compilerOptions: OPTIONS });
  return new Project({ 'package.json': '{"type":"commonjs"}', 'tsconfig.json': tsconfig, ...files });
}

test('a wrong type is corrected in the module that declares it', async () => {
  using project = projectOf({
    'main.ts': "import { f } from './dep';\nconsole.log(f('1'));\n",
    'dep.ts': "import type { T } from './types';\nexport const f = (x: T): string => `good ${x}`;\n",
    'types.ts': 'export type T = number;\n',
  });
  await using app = start(project);
  await app.line(/^\[autoreload\] main\.ts failed with exit code 1, waiting for a change in \d+ files$/);
  project.write('types.ts', 'export type T = boolean;\n');
  await app.line('[autoreload] types.ts changed (imported by main.ts > dep.ts), restarting');
  await app.line(/^\[autoreload\] main\.ts failed with exit code 1, waiting for a change in \d+ files$/);
  project.write('dep.ts', 'export const f = (x: string): string => `good ${x}`;\n');
  await app.lines('[autoreload] dep.ts changed (imported by main.ts), restarting', 'good 1');
});

test('an import that the type check does not find is created', async () => {
  using project = projectOf({ 'main.ts': "console.log('first');\nsetInterval(() => {}, 1000);\n" });
  await using app = start(project);
  await app.lines('first', /is up in/);
  project.write('main.ts', "import { v } from './gone';\nconsole.log('v', v);\n");
  await app.line(
    /^\[autoreload\] main\.ts failed with exit code 1, waiting for gone or a change in \d+ files$/,
  );
  project.write('gone.ts', 'export const v = 1;\n');
  await app.lines('[autoreload] gone.ts created (imported by main.ts), restarting', 'v 1');
});
