// Exports `autoreload/supervisor`, the API for tools. Has no side effects.
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../options/parse-options.ts';
import type { Options } from '../options/options.ts';
import { checkArguments, watchProblems } from './check-arguments.ts';
import { saveSettings } from './host/terminal.ts';
import { nodeProgram } from './program/node-program.ts';
import { commandProgram } from './program/command-program.ts';
import { INHERITED } from './program/program.ts';
import type { Program, Stdio } from './program/program.ts';
import { Supervision } from './supervision.ts';

export { AutoreloadError } from '../shared/errors.ts';
export type { ErrorCode } from '../shared/errors.ts';
export type { LogLevel } from '../options/options.ts';
export type { ChangedFile, RestartReason } from '../protocol/app-bridge.cts';
export type { Dependency } from './changes/program-graph.ts';
export type { SupervisorEvents } from './output/events.ts';
export type { Stdio } from './program/program.ts';
export type { Ended } from './lifecycle/state.ts';
export type { Supervision } from './supervision.ts';

/** Options that are a duration: in ms, or as text, `'5s'`. */
type Durations = 'poll' | 'debounce' | 'grace' | 'timeout';

/** The program, and how it is supervised. All options have their defaults, but `log` is `silent`. */
export interface SuperviseOptions
  extends Partial<Omit<Options, 'exec' | Durations>>, Partial<Record<Durations, number | string>> {
  /** Path of the program, relative to `cwd`, or its `file:` URL. Either this or `command`. */
  readonly script?: string | URL;
  /** A command with its arguments, instead of a Node program. No shell is involved. Without `watch`, all of `cwd` is watched. */
  readonly command?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** Node options. */
  readonly execArgv?: readonly string[];
  /** Path of the Node executable. Default: that of this process. It must have the same version. */
  readonly execPath?: string;
  /** Working directory of the program. Default: that of this process. */
  readonly cwd?: string;
  /** Environment of the program. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard streams of the program. Default: those of this process. */
  readonly stdio?: Stdio | readonly [stdin: Stdio, stdout: Stdio, stderr: Stdio];
  /**
   * Whether this process exists for the program alone: it forwards its signals, restarts on Enter in a terminal, and exits as
   * the program does. Default: false, this process is left alone.
   */
  readonly takeOver?: boolean;
}

/**
 * Runs a program, and restarts it when a file that it uses changes.
 *
 * One process can supervise several programs. AUTORELOAD_* variables and package.json are not read.
 *
 * @param options see {@link SuperviseOptions}
 * @returns an event emitter; see {@link SupervisorEvents}
 * @throws {AutoreloadError} `ERR_AUTORELOAD_OPTION` if an option is unknown or its value is invalid
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
  const names = { option: nameOf('watch'), call: nameOf(''), better: "watch: ['src']" };
  const [invalid] = watchProblems(program, parsed.options.watch, names);
  if (invalid) throw invalid;
  const takeOver = options.takeOver === true ? { restoreTerminal: saveSettings() } : undefined;
  return new Supervision(program, parsed.options, takeOver);
}

function programOf(options: SuperviseOptions): Program {
  const { script = '', command, args = [], execArgv = [], execPath = process.execPath } = options;
  const { env = process.env, takeOver = false } = options;
  const cwd = resolve(options.cwd ?? '.');
  const { stdio: streams = INHERITED } = options;
  const stdio = typeof streams === 'object' ? streams : [streams, streams, streams];
  if (command) {
    const isTerminal = takeOver && stdio[0] === 'inherit' && isatty(0);
    return commandProgram(command, { cwd, env, platform: process.platform, isTerminal }, stdio);
  }
  const argv = [execPath, pathOf(script, cwd), ...args];
  return nodeProgram({ execPath, argv0: execPath, execArgv, argv, env, cwd }, stdio);
}

/** Accepts a `file:` URL, also as text, as `track()` does. */
function pathOf(script: string | URL, cwd: string): string {
  const isUrl = typeof script !== 'string' || script.startsWith('file:');
  return isUrl ? fileURLToPath(script) : resolve(cwd, script);
}

function nameOf(option: string): string {
  return `supervise(): ${option}`;
}
