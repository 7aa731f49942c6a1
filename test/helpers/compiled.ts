// A TypeScript program that needs a tool to run, and what has to happen under that tool when a file deep down is saved.
import assert from 'node:assert/strict';
import { run } from './autoreload.ts';
import { installAutoreload, usePackages } from './packages.ts';
import { Project } from './project.ts';

/** A tool that compiles what Node loads. */
export interface Tool {
  /** What it needs in node_modules. */
  readonly packages: readonly string[];
  /** Node's options that switch it on. */
  readonly options: readonly string[];
  readonly type: 'module' | 'commonjs';
  /** How files load each other: by default `import`, which may be compiled to `require`. */
  readonly loads?: 'import' | 'require';
  /** Why it cannot be tested here, if so. */
  readonly skip?: string | false;
}

/** @oxc-node/core, for both module systems. */
export const OXC: Omit<Tool, 'type'> = {
  packages: ['@oxc-node/core'],
  options: ['--import', '@oxc-node/core/register'],
  skip:
    process.version.startsWith('v20.') &&
    'needs Node 22+: @oxc-node/core 0.0.35 loads no path with a space on Node 20',
};

const AUTORELOAD = ['--import', 'autoreload/register'];

const TSCONFIG = JSON.stringify({
  compilerOptions: { target: 'es2022', module: 'nodenext', allowImportingTsExtensions: true, noEmit: true },
  'ts-node': { transpileOnly: true },
});

const SYNTAX_ERROR = "enum Deep { name = 'no end }\n";

/** The ways to put the options of a tool and ours on a command line, with a name for each. */
export function orders({ options }: Tool): [string, readonly string[]][] {
  const both = [
    [...AUTORELOAD, ...options],
    [...options, ...AUTORELOAD],
  ];
  return both.map((execArgv) => [`node ${execArgv.join(' ')}`, execArgv]);
}

/**
 * Saves the deepest of three files: changed, broken and fixed. Where the tool comes first on the command line, only changed: the
 * order decides who sees a module, not what a broken one does.
 */
export async function check(tool: Tool, execArgv: readonly string[]): Promise<void> {
  using project = new Project({
    'package.json': JSON.stringify({ type: tool.type }),
    'tsconfig.json': TSCONFIG,
    'app.ts': `${load(tool, 'dep', './src/dep')}console.log(dep as string);\nsetInterval(() => {}, 1000);\n`,
    'src/dep.ts': `${load(tool, 'deep', './deep')}${give(tool, 'dep', '`dep ${deep}`')}`,
    'src/deep.ts': deep(tool, 'one'),
  });
  installAutoreload(project);
  usePackages(project, ...tool.packages);
  await using app = run(project, 'app.ts', { execArgv });
  const changed = '[autoreload] src/deep.ts changed (imported by app.ts > src/dep.ts), restarting';
  await app.lines('dep deep one', / is up in /);
  project.write('src/deep.ts', deep(tool, 'two'));
  await app.line(changed);
  await app.lines('dep deep two', / is up in /);
  assert.equal(app.restarts, 1);
  if (execArgv[1] !== AUTORELOAD[1]) return;
  project.write('src/deep.ts', SYNTAX_ERROR);
  await app.line(changed);
  await app.line(/^\[autoreload\] app\.ts failed with exit code 1, waiting for a change/);
  project.write('src/deep.ts', deep(tool, 'three'));
  await app.line(changed);
  await app.lines('dep deep three', / is up in /);
  assert.equal(app.restarts, 3);
}

function load({ type, loads }: Tool, name: string, path: string): string {
  if (loads === 'require') return `const { ${name} } = require('${path}');\n`;
  return `import { ${name} } from '${path}${type === 'module' ? '.ts' : ''}';\n`;
}

function give({ loads }: Tool, name: string, value: string): string {
  return loads === 'require'
    ? `exports.${name} = ${value} as string;\n`
    : `export const ${name}: string = ${value};\n`;
}

/** An enum, so that it runs only when a tool has compiled it: Node itself takes no more than types away. */
function deep(tool: Tool, value: string): string {
  return `enum Deep { name = 'deep ${value}' }\n${give(tool, 'deep', 'Deep.name')}`;
}
