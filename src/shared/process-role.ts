// Whether this process was started to run a program that can be restarted.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Invocation } from '../node-internals/process.cts';
import { DESCENDANT_MARK } from '../protocol/control.cts';
import { realPath } from './paths.cts';

/** With these Node runs no program from a file. */
const NO_PROGRAM: ReadonlySet<string> = new Set(
  `
  --bench --build-sea --build-snapshot --build-snapshot-config -c --check --completion-bash -e --eval
  --experimental-sea-config -i --interactive -p --print -pe --prof-process --run --test --v8-options
  `
    .trim()
    .split(/\s+/),
);

/** With these Node restarts the program itself. */
const OF_NODE_WATCH = /^--watch(-path)?(=|$)/;

/** Set for a test file under `--test`, under `node --watch`, and for what a supervised program starts. */
const OTHER_MARKS = ['NODE_TEST_CONTEXT', 'WATCH_REPORT_DEPENDENCIES', DESCENDANT_MARK];

/** Package managers are programs too, but the one to supervise is the one that they start. */
const PACKAGE_MANAGER = /[\\/]node_modules[\\/](npm|pnpm|yarn|corepack)[\\/](bin|dist|lib)[\\/]/;

/** The command `autoreload` supervises by itself, also where NODE_OPTIONS has our option. */
const OUR_COMMAND = fileURLToPath(new URL('../cli.js', import.meta.url));

/**
 * Whether the process runs a program from a file. The REPL, code from the command line or stdin, `--check`, `--test`
 * and its test files, and `node --watch` run plainly.
 *
 * @param invocation as `process`
 */
export function isProgram({ argv, execArgv, env, _eval }: Invocation): boolean {
  const script = argv[1];
  if (script === undefined || script === '-' || _eval != null) return false;
  if (execArgv.some((option) => runsNoProgram(option) || OF_NODE_WATCH.test(option))) return false;
  if (OTHER_MARKS.some((name) => env[name] !== undefined)) return false;
  const path = realPath(script);
  return isFileOrMissing(script) && !PACKAGE_MANAGER.test(path) && path !== OUR_COMMAND;
}

/** A pipe (`node <(echo ...)`) can be read once only. A folder stands for a file in it. */
function isFileOrMissing(path: string): boolean {
  try {
    const stats = fs.statSync(path);
    return stats.isFile() || stats.isDirectory();
  } catch {
    return true;
  }
}

/** Whether Node runs no program from a file with this option. */
export function runsNoProgram(option: string): boolean {
  return NO_PROGRAM.has((option.split('=', 1)[0] ?? '').replaceAll('_', '-'));
}
