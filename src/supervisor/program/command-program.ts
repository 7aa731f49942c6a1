// Builds a program from any command that the user gave, and words its failures. Looks at the disk only to explain why a command
// cannot be started.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from '../../options/options.ts';
import { AutoreloadError } from '../../shared/errors.ts';
import { isFolder } from '../util/safe-fs.ts';
import { safeLine } from '../util/safe-text.ts';
import { INHERITED } from './program.ts';
import type { CommandProgram, Program, Stdio } from './program.ts';

/** Variable with the files whose change caused the run. */
const CHANGED_VARIABLE = 'AUTORELOAD_CHANGED';

/** Maximum length of that variable (bytes). Linux allows 128 KB, Windows 32 K characters; a longer variable prevents the start. */
const MAX_CHANGED_BYTES = 32_000;

/** Maximum length of a printed command line. */
const MAX_SHOWN = 100;

/** Names of files that Node runs. */
const SCRIPT = /\.[cm]?[jt]s$/;

/** Exit codes of a shell for a command that does not exist, and for one that cannot be run. */
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
 * The options for a command. Without `--watch`, everything in the working directory counts. The executable always counts, if the
 * user gave its path.
 */
export function commandOptions({ path }: CommandProgram, options: Options): Options {
  const folders = options.watch.length > 0 ? options.watch : ['.'];
  // A folder cannot be run, and its contents are unrelated.
  const watch = path === undefined || isFolder(path) ? folders : [...folders, path];
  return { ...options, watch, standby: false, overlap: false, hold: false, crashPage: false };
}

/** The environment of a run that a change of these files has caused; without files, the run has another cause. */
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

/** Formats a command line as it would be typed, on one line, shortened: `python3 server.py`. */
export function shown({ executable, args }: Program, max: number = MAX_SHOWN): string {
  const text = [executable, ...args].map(quoted).join(' ');
  return text.length > max ? `${text.slice(0, max).replace(/ \S*$/, '')} ...` : text;
}

/** Explains why a command could not be started, and chooses the exit code of a shell. */
export function failure(
  command: CommandProgram,
  error: NodeJS.ErrnoException,
): { readonly code: number; readonly problem: AutoreloadError } {
  const { executable, path } = command;
  const isMissing = error.code === 'ENOENT' && (path === undefined || !existsSync(path));
  const reason = isMissing ? reasonIfMissing(command) : reasonIfPresent(command, error);
  const message = `cannot ${isMissing ? 'find' : 'run'} ${JSON.stringify(executable)}: ${reason}`;
  return {
    code: isMissing ? NOT_FOUND : NOT_RUNNABLE,
    problem: new AutoreloadError('ERR_AUTORELOAD_COMMAND', message, { cause: error }),
  };
}

function reasonIfMissing(command: CommandProgram): string {
  const { executable, path, script } = command;
  if (path !== undefined) return 'no such file. Build it, or correct the path.';
  const reason = 'no such command in PATH.';
  if (script !== undefined && existsSync(script))
    return `${reason} Leave out --: autoreload ${shown(command)}`;
  if (/\s/.test(executable))
    return `${reason} Write its words without quotes, or use -- sh -c ${quoted(executable)}.`;
  return `${reason} Correct the name, or install it.`;
}

function reasonIfPresent({ executable, path }: CommandProgram, error: NodeJS.ErrnoException): string {
  if (path !== undefined && isFolder(path)) return 'it is a folder. Name a file in it.';
  if (error.code === 'ENOENT')
    return 'the interpreter in its first line (#!) does not exist. Correct that line.';
  if (error.code === 'EACCES')
    return `permission denied (EACCES). Make it executable: chmod +x ${quoted(executable)}`;
  return `${error.message}.`;
}

/** Quotes a word for a shell. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${safeLine(word).replaceAll("'", String.raw`'\''`)}'`;
}
