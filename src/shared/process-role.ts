// Decides whether this process was started to run a program that can be restarted.
import fs from 'node:fs';
import type { Invocation } from '../node-internals/process.cts';
import { DESCENDANT_MARK } from '../protocol/control.cts';
import { attempt } from './attempt.cts';
import { OWN_FILES, realPath } from './paths.cts';

/** Node options that run no program from a file. */
const NO_PROGRAM = setOf(`
  --bench --build-sea --build-snapshot --build-snapshot-config -c --check --completion-bash -e --eval
  --experimental-sea-config -i --interactive -p --print -pe --prof-process --run --test --v8-options
`);

/** Node options that restart the program. */
const NODE_WATCH = /^--watch(-path)?(=|$)/;

/** Variables of a test file under `--test`, of a program under `node --watch`, and of descendants of a supervised program. */
const FOREIGN_MARKS = ['NODE_TEST_CONTEXT', 'WATCH_REPORT_DEPENDENCIES', DESCENDANT_MARK];

/** Package managers are not supervised: the program that they start is. */
const PACKAGE_MANAGER = /[\\/]node_modules[\\/](npm|pnpm|yarn|corepack)[\\/](bin|dist|lib)[\\/]/;

/**
 * Packages whose commands start the program in a process of its own, and load nothing of it themselves. If that process inherits our option, it
 * is supervised, with its sockets and its crash page.
 */
const LAUNCHER =
  /[\\/]node_modules[\\/](@babel[\\/]node|@dotenvx[\\/]dotenvx|concurrently|cross-env|dotenv-cli|env-cmd|npm-run-all2?|run-script-os|tsx|wireit)[\\/]/;

/**
 * Whether the process runs a program from a file. The REPL, code from the command line or stdin, `--check`, `--test` and its test
 * files, and programs under `node --watch` run without supervisor.
 *
 * @param invocation `process`, or its properties
 */
export function isProgram({ argv, execArgv, env, _eval }: Invocation): boolean {
  const script = argv[1];
  if (script === undefined || script === '-' || _eval != null) return false;
  if (execArgv.some((option) => runsNoProgram(option) || NODE_WATCH.test(option))) return false;
  if (FOREIGN_MARKS.some((name) => env[name] !== undefined)) return false;
  const path = realPath(script);
  if (LAUNCHER.test(path) && isInherited(execArgv)) return false;
  // The command `autoreload` is a supervisor, also with our option in NODE_OPTIONS.
  return isFileOrMissing(script) && !PACKAGE_MANAGER.test(path) && path !== OWN_FILES.cli;
}

/** Whether the children of this process load autoreload too: it does not come from the command line of this one. */
function isInherited(execArgv: readonly string[]): boolean {
  return !execArgv.some((option) => /[\\/]register(\.js)?$/.test(option));
}

/** Not a pipe (`node <(echo ...)`), which can be read only once. Node runs a file in a folder. */
function isFileOrMissing(path: string): boolean {
  const stats = attempt(() => fs.statSync(path));
  return !stats || stats.isFile() || stats.isDirectory();
}

/** Whether Node with this option runs no program from a file. */
export function runsNoProgram(option: string): boolean {
  return NO_PROGRAM.has(optionName(option));
}

/** Returns the name of a Node option, without its value. Node accepts `_` for `-`. */
export function optionName(option: string): string {
  return (option.split('=', 1)[0] ?? '').replaceAll('_', '-');
}

/** Returns the words of a text. */
export function setOf(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
