// Entry of `autoreload/supervisor`: the API for tools. Has no effects.
import { resolve } from 'node:path';
import { parseOptions } from '../options.ts';
import type { Options } from '../options.ts';
import { checkArguments } from './arguments.ts';
import { INHERITED, nodeProgram } from './node-program.ts';
import { problemOf } from './patterns.ts';
import type { Stdio } from './program.ts';
import { Supervision } from './supervise.ts';

export { AutoreloadError } from '../errors.ts';
export type { ErrorCode } from '../errors.ts';
export type { LogLevel } from '../options.ts';
export type { ChangedFile, Reason } from '../protocol.cts';
export type { Dependency } from './dependencies.ts';
export type { SupervisorEvents } from './events.ts';
export type { Stdio } from './program.ts';
export type { Ended } from './state.ts';
export type { Supervision } from './supervise.ts';

/** What is supervised, and how. Of the options, those that are not given have their defaults; `log` is `silent`. */
export interface SuperviseOptions extends Partial<Omit<Options, 'exec'>> {
  /** Path of the program, relative to `cwd`. */
  readonly script: string;
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
 * @param options see {@link SuperviseOptions}; durations in ms, or as text: `'5s'`
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
  const { script, args = [], execArgv = [], execPath = process.execPath, env = process.env } = options;
  const cwd = resolve(options.cwd ?? '.');
  const entry = resolve(cwd, script);
  const start = { execPath, argv0: execPath, execArgv, argv: [execPath, entry, ...args], env, cwd };
  const program = nodeProgram(start, stdioOf(options.stdio));
  for (const text of parsed.options.watch) {
    const absurd = problemOf(text, cwd, nameOf('watch'));
    if (absurd) throw absurd;
  }
  return new Supervision(program, parsed.options, options.takeOver === true);
}

function nameOf(option: string): string {
  return `supervise(): ${option}`;
}

function stdioOf(stdio: SuperviseOptions['stdio']): readonly Stdio[] {
  if (stdio === undefined) return INHERITED;
  return typeof stdio === 'object' ? stdio : [stdio, stdio, stdio];
}
