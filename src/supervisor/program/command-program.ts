// Builds a program from any command that the user gave, and words its failures. Looks at the disk only to explain why a command
// cannot be started.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from '../../options/options.ts';
import { AutoreloadError } from '../../shared/errors.ts';
import { statOf } from '../util/safe-fs.ts';
import { INHERITED } from './program.ts';
import type { CommandProgram, Stdio } from './program.ts';

/** Variable with the files whose change caused the run. */
const CHANGED_VARIABLE = 'AUTORELOAD_CHANGED';

/** Maximum length of that variable (bytes). Linux allows 128 KB, Windows 32 K characters; a longer variable prevents the start. */
const MAX_CHANGED_BYTES = 32_000;

/** Maximum length of a command line: where it is printed in full, and where it only names the program. */
const MAX_SHOWN = 100;
const MAX_LABEL = 40;

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
  return { ...options, watch, standby: false, hold: false, crashPage: false };
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

/** Names a command in the lines for the user: `python3 server.py`. */
export function label(command: CommandProgram): string {
  return shown(command, MAX_LABEL);
}

/** Formats a command line as it would be typed, on one line, shortened. */
export function shown({ executable, args }: CommandProgram, max: number = MAX_SHOWN): string {
  const text = [executable, ...args].map(quoted).join(' ');
  return text.length > max ? `${text.slice(0, max).replace(/ \S*$/, '')} ...` : text;
}

/** Explains why a command could not be started, and chooses the exit code of a shell. */
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
        ? 'the interpreter in its first line (#!) does not exist. Correct that line.'
        : code === 'EACCES'
          ? `permission denied (EACCES). Make it executable: chmod +x ${quoted(executable)}`
          : `${message}.`;
  return { code: NOT_RUNNABLE, problem: problem(`cannot run ${name}: ${reason}`, error) };
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** Advice for a command that is not in PATH. */
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

/** Quotes a word for a shell. Control characters become spaces, to keep the line whole. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // oxlint-disable-next-line no-control-regex
  return `'${word.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').replaceAll("'", String.raw`'\''`)}'`;
}
