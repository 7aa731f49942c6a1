// Builds a program from any command that the user gave, and words its failures. Looks at the disk only to explain why a command
// cannot be started.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AutoreloadError } from '../../shared/errors.ts';
import type { Options } from '../../options/options.ts';
import { statOf } from '../util/safe-fs.ts';
import { INHERITED } from './program.ts';
import type { CommandProgram, Stdio } from './program.ts';

/** Names the files that changed before a run. */
const CHANGED_VARIABLE = 'AUTORELOAD_CHANGED';

/** A variable may have 128 KB on Linux and 32 K characters on Windows; one that is longer starts nothing. */
const MAX_CHANGED_BYTES = 32_000;

/** Maximum length of a command line: where it is printed in full, and where it only names the program. */
const MAX_SHOWN = 100;
const MAX_LABEL = 40;

/** Names of files that Node runs. */
const SCRIPT = /\.[cm]?[jt]s$/;

/** What a shell says for a command that it cannot find, and for one that it cannot run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/** The circumstances in which a command was given. */
export interface CommandContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Whether stdin is a terminal. */
  readonly isTerminal: boolean;
  /** Whether the user typed the command behind `--`. Default: false. */
  readonly isTyped?: boolean;
}

/**
 * The program that runs a command.
 *
 * @param argv the command and its arguments, which are passed on unchanged
 */
export function commandProgram(
  argv: readonly string[],
  context: CommandContext,
  stdio: readonly Stdio[] = INHERITED,
): CommandProgram {
  const [executable = '', ...args] = argv;
  const { cwd, env, platform, isTerminal, isTyped = false } = context;
  const isPath = executable.includes('/') || (platform === 'win32' && executable.includes('\\'));
  const path = isPath ? resolve(cwd, executable) : undefined;
  return {
    kind: 'command',
    executable,
    args,
    env,
    cwd,
    stdio,
    entry: path ?? executable,
    settings: [],
    grouping: platform === 'win32' ? 'job' : isTerminal ? 'shared' : 'own',
    path,
    script: isTyped && !isPath && SCRIPT.test(executable) ? resolve(cwd, executable) : undefined,
  };
}

/**
 * The options that hold for a command. Where nothing is said of what counts, everything in the working directory does; what is
 * started itself counts always, where the user gave its path.
 */
export function commandOptions({ path }: CommandProgram, options: Options): Options {
  const folders = options.watch.length > 0 ? options.watch : ['.'];
  // A folder is no command, and all that is in it is none of its own.
  const watch = path === undefined || isFolder(path) ? folders : [...folders, path];
  return { ...options, watch, standby: false, hold: false, crashPage: false };
}

/** The environment of a run that followed a change of these files; of another, such as the first, when there are none. */
export function withChanged(env: NodeJS.ProcessEnv, paths: readonly string[]): NodeJS.ProcessEnv {
  const { [CHANGED_VARIABLE]: _inherited, ...rest } = env;
  const lines: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    bytes += Buffer.byteLength(path) + 1;
    if (bytes > MAX_CHANGED_BYTES) break;
    lines.push(path);
  }
  return lines.length > 0 ? { ...rest, [CHANGED_VARIABLE]: lines.join('\n') } : rest;
}

/** Names a command in the lines for the user: `python3 server.py`. */
export function label(command: CommandProgram): string {
  return shown(command, MAX_LABEL);
}

/** Formats a command line as it would be typed, on one line, shortened. */
export function shown({ executable, args }: CommandProgram, max: number = MAX_SHOWN): string {
  const text = [executable, ...args].map(quoted).join(' ');
  return text.length > max ? `${text.slice(0, max).replace(/ \S*$/, '')} ...` : text;
}

/** Why a command could not be started, and the exit code that stands for it. */
export function failure(
  command: CommandProgram,
  error: NodeJS.ErrnoException,
): { readonly code: number; readonly problem: AutoreloadError } {
  const { executable, path } = command;
  const name = JSON.stringify(executable);
  const { code = '', message } = error;
  if (code === 'ENOENT' && (path === undefined || !existsSync(path))) {
    const reason =
      path === undefined
        ? `no such command in PATH. ${insteadOf(command)}`
        : 'no such file. Build it, or correct the path.';
    return { code: NOT_FOUND, problem: problem(`cannot find ${name}: ${reason}`, error) };
  }
  const reason =
    path !== undefined && isFolder(path)
      ? 'it is a folder. Name a file in it.'
      : code === 'ENOENT'
        ? 'what its first line names (#!) is not there. Correct that line.'
        : code === 'EACCES'
          ? `permission denied (EACCES). Make it executable: chmod +x ${quoted(executable)}`
          : `${message}.`;
  return { code: NOT_RUNNABLE, problem: problem(`cannot run ${name}: ${reason}`, error) };
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** What to do about a command that is not in PATH. */
function insteadOf(command: CommandProgram): string {
  return command.script !== undefined && existsSync(command.script)
    ? `Leave out --: autoreload ${shown(command)}`
    : /\s/.test(command.executable)
      ? `Write its words without quotes, or use -- sh -c ${quoted(command.executable)}.`
      : 'Correct the name, or install it.';
}

function problem(message: string, cause: Error): AutoreloadError {
  return new AutoreloadError('ERR_AUTORELOAD_COMMAND', message, { cause });
}

/** A word as a shell takes it. What would break the line is written as a space. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // oxlint-disable-next-line no-control-regex
  return `'${word.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').replaceAll("'", String.raw`'\''`)}'`;
}
