// Entry of `autoreload/supervisor`: the API for tools. Has no effects.
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../options/parse-options.ts';
import type { Options } from '../options/options.ts';
import { checkArguments } from './check-arguments.ts';
import { nodeProgram } from './program/node-program.ts';
import { problemOf, problemOfAll } from './tracked/path-patterns.ts';
import { commandOptions, commandProgram } from './program/command-program.ts';
import { INHERITED } from './program/program.ts';
import type { Program, Stdio } from './program/program.ts';
import { Supervision } from './supervision.ts';

export { AutoreloadError } from '../shared/errors.ts';
export type { ErrorCode } from '../shared/errors.ts';
export type { LogLevel } from '../options/options.ts';
export type { ChangedFile, RestartReason } from '../protocol/app-bridge.cts';
export type { Dependency } from './graph/graph-export.ts';
export type { SupervisorEvents } from './output/events.ts';
export type { Stdio } from './program/program.ts';
export type { Ended } from './lifecycle/state.ts';
export type { Supervision } from './supervision.ts';

/** Options that are a length of time: in ms, or as text, `'5s'`. */
type Durations = 'poll' | 'debounce' | 'grace' | 'timeout';

/** What is supervised, and how. Of the options, those that are not given have their defaults; `log` is `silent`. */
export interface SuperviseOptions
  extends Partial<Omit<Options, 'exec' | Durations>>, Partial<Record<Durations, number | string>> {
  /** Path of the program, relative to `cwd`, or its `file:` URL. Either this or `command`. */
  readonly script?: string | URL;
  /** Any command with its arguments, instead of a program of Node's. No shell is involved. Without `watch`, all of `cwd` counts. */
  readonly command?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** Node's own options. */
  readonly execArgv?: readonly string[];
  /** Path of the Node that runs it. Default: that of this process. It must be of the same version. */
  readonly execPath?: string;
  /** Its working directory. Default: that of this process. */
  readonly cwd?: string;
  /** Its environment. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Its stdin, stdout and stderr. Default: those of this process. */
  readonly stdio?: Stdio | readonly [stdin: Stdio, stdout: Stdio, stderr: Stdio];
  /**
   * Whether this process is there for the program alone: signals to it are the program's, on a terminal Enter restarts, and it
   * ends as the program does. Default: false, nothing of this process is touched.
   */
  readonly takeOver?: boolean;
}

/**
 * Runs a program, and restarts it when a file changes that it uses.
 *
 * Several can be supervised in one process. Variables AUTORELOAD_* and package.json are not read.
 *
 * @param options see {@link SuperviseOptions}
 * @returns an event emitter; see {@link SupervisorEvents}
 * @throws {AutoreloadError} `ERR_AUTORELOAD_OPTION` if an option is not known or has a value that it cannot have
 * @example
 * const program = supervise({ script: 'app.js', args: ['--port', '8080'] });
 * program.on('ready', ({ ms }) => console.log(`up in ${ms} ms`));
 * program.on('restart', ({ reason }) => console.log(reason.files));
 * await program.close();
 */
export function supervise(options: SuperviseOptions): Supervision {
  const values = { log: 'silent', ...checkArguments(options) };
  const parsed = parseOptions({ values, where: nameOf });
  const [problem] = parsed.problems;
  if (problem) throw problem;
  const program = programOf(options);
  const chosen = program.kind === 'command' ? commandOptions(program, parsed.options) : parsed.options;
  if (program.kind === 'command' && parsed.options.watch.length === 0) {
    const absurd = problemOfAll(program.cwd, 'supervise(): ', "watch: ['src']");
    if (absurd) throw absurd;
  }
  for (const text of chosen.watch) {
    const absurd = problemOf(text, program.cwd, nameOf('watch'));
    if (absurd) throw absurd;
  }
  return new Supervision(program, chosen, options.takeOver === true);
}

function programOf(options: SuperviseOptions): Program {
  const { script = '', command, args = [], execArgv = [], execPath = process.execPath } = options;
  const { env = process.env, takeOver = false } = options;
  const cwd = resolve(options.cwd ?? '.');
  const stdio = stdioOf(options.stdio);
  if (command) {
    const isTerminal = takeOver && stdio[0] === 'inherit' && isatty(0);
    return commandProgram(command, { cwd, env, platform: process.platform, isTerminal }, stdio);
  }
  const argv = [execPath, pathOf(script, cwd), ...args];
  return nodeProgram({ execPath, argv0: execPath, execArgv, argv, env, cwd }, stdio);
}

/** As for `track()`: a URL is a path, too. */
function pathOf(script: string | URL, cwd: string): string {
  const isUrl = typeof script !== 'string' || script.startsWith('file:');
  return isUrl ? fileURLToPath(script) : resolve(cwd, script);
}

function nameOf(option: string): string {
  return `supervise(): ${option}`;
}

function stdioOf(stdio: SuperviseOptions['stdio']): readonly Stdio[] {
  if (stdio === undefined) return INHERITED;
  return typeof stdio === 'object' ? stdio : [stdio, stdio, stdio];
}
