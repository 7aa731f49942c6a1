// What a process does whose role is supervisor: prepares the program that it was started for, and supervises it until both
// end.
import { isatty } from 'node:tty';
import v8 from 'node:v8';
import type { AutoreloadError } from '../shared/errors.ts';
import { readEnvironment } from '../options/environment.ts';
import { readPackageJson } from '../options/package-json.ts';
import { parseOptions } from '../options/parse-options.ts';
import type { Options } from '../options/options.ts';
import type { NodeCommandLine } from './program/node-program.ts';
import { releaseInspector } from './program/inspect-port.ts';
import { Log } from './util/log.ts';
import { nodeProgram } from './program/node-program.ts';
import { commandOptions, commandProgram, shown } from './program/command-program.ts';
import type { Program } from './program/program.ts';
import { Supervision } from './supervision.ts';

/**
 * V8 lets the space for new objects grow to 32 MB while the records of a big program come in, and never takes it back.
 * Without growth it is collected more often, which costs less than it saves.
 */
const SMALL_HEAP = '--semi-space-growth-factor=1';

/** The exit code of a misuse. */
const MISUSE = 2;

/**
 * Supervises the program that this process was started to run. Ends the process, and returns only where that is not
 * possible and the program is to run here.
 */
export async function main(): Promise<void> {
  const { options, problems } = parseOptions(readEnvironment(process.env), readPackageJson(process.cwd()));
  if (problems.length > 0) refuse(problems);
  if (mayNotSpawn()) {
    new Log(options.log).failure(
      'the permission model allows no child process, so the program runs without restarts. Add --allow-child-process.',
    );
    return;
  }
  const { execPath, argv0, execArgv, argv, env } = process;
  const fixedPort = await releaseInspector(process);
  await runNode({ execPath, argv0, execArgv, argv, env, cwd: process.cwd(), fixedPort }, options);
}

/** Supervises a program of Node's, in a process that is there for that alone. Never returns. */
export async function runNode(line: NodeCommandLine, options: Options): Promise<never> {
  return await take(nodeProgram(line), options);
}

/** Supervises a program in this process, which ends when the program does. */
async function take(program: Program, options: Options): Promise<never> {
  v8.setFlagsFromString(SMALL_HEAP);
  if (options.watch.length > 0) {
    // Not loaded where nothing has to be matched.
    const { problemOf } = await import('./tracked/path-patterns.ts');
    const problems = options.watch.flatMap((text) => problemOf(text, program.cwd, '--watch') ?? []);
    if (problems.length > 0) refuse(problems);
  }
  void new Supervision(program, options, true);
  // If this came to an end, the program would run here.
  return await new Promise<never>(() => {});
}

/**
 * Supervises any command, in a process that is there for that alone. Never returns.
 *
 * @param argv the command and its arguments
 * @param isTyped whether they stood behind `--`
 */
export async function runCommand(
  argv: readonly string[],
  options: Options,
  isTyped: boolean,
): Promise<never> {
  const { env, platform } = process;
  const cwd = process.cwd();
  const program = commandProgram(argv, { cwd, env, platform, isTerminal: isatty(0), isTyped });
  if (options.watch.length === 0) {
    const { problemOfAll } = await import('./tracked/path-patterns.ts');
    const absurd = problemOfAll(cwd, '', `autoreload --watch src -- ${shown(program)}`);
    if (absurd) refuse([absurd]);
  }
  return await take(program, commandOptions(program, options));
}

/** Says what the user has set wrongly, one line each, whatever is printed otherwise, and ends this process. */
export function refuse(problems: readonly AutoreloadError[]): never {
  const log = new Log('info');
  for (const { message } of problems) log.failure(message);
  process.exit(MISUSE);
}

/** Whether the permission model forbids what supervision is made of. */
function mayNotSpawn(): boolean {
  const { permission } = process as { permission?: { has: (scope: string) => boolean } };
  return permission !== undefined && !permission.has('child');
}
