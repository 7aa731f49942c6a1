// Runs the supervisor process: prepares the program that this process was started for, and supervises it until both exit.
import { isatty } from 'node:tty';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { readEnvironment } from '../options/environment.ts';
import type { Options } from '../options/options.ts';
import { readPackageJson } from '../options/package-json.ts';
import { parseOptions } from '../options/parse-options.ts';
import type { AutoreloadError } from '../shared/errors.ts';
import { OWN_FILES } from '../shared/paths.cts';
import { watchProblems } from './check-arguments.ts';
import { saveSettings } from './host/terminal.ts';
import { commandProgram, shown } from './program/command-program.ts';
import { releaseInspector } from './program/inspect-port.ts';
import { allOptions } from './program/node-options.ts';
import { nodeProgram } from './program/node-program.ts';
import type { Program } from './program/program.ts';
import { startEarly } from './runs/early-child.ts';
import type * as supervision from './supervision.ts';
import { Log } from './util/log.ts';

/**
 * V8 option that keeps the space for new objects small. V8 grows it to 32 MB while the records of a big program arrive, and
 * never shrinks it. More frequent collections cost less than this memory.
 */
const SMALL_HEAP = '--semi-space-growth-factor=1';

/** Exit code after a misuse. */
const MISUSE = 2;

/**
 * Supervises the program that this process was started to run, and exits with it. Returns only if no process can be spawned; the program
 * is then to run in this process.
 */
export async function main(): Promise<void> {
  const { options, problems } = parseOptions(readEnvironment(process.env), readPackageJson(process.cwd()));
  refuse(problems);
  if (mayNotSpawn()) {
    new Log(options.log).failure(
      'the permission model allows no child process, so the program runs without restarts. Add --allow-child-process.',
    );
    return;
  }
  await runNode(process.argv, process.execArgv, options);
}

/**
 * Supervises a Node program in this process, which exists for the program alone. Never returns.
 *
 * @param argv as `process.argv`
 * @param execArgv the Node options, with our own
 */
export async function runNode(
  argv: readonly string[],
  execArgv: readonly string[],
  options: Options,
): Promise<never> {
  const { execPath, argv0, env } = process;
  const fixedPort = await releaseInspector(allOptions(env['NODE_OPTIONS'], execArgv));
  const line = { execPath, argv0, argv, execArgv, env, cwd: process.cwd(), fixedPort };
  return await superviseHere(nodeProgram(line), options);
}

/**
 * Supervises any command in this process, which exists for the command alone. Never returns.
 *
 * @param argv the command and its arguments
 * @param isTyped whether the user typed them behind `--`
 */
export async function runCommand(
  argv: readonly string[],
  options: Options,
  isTyped: boolean,
): Promise<never> {
  const { env, platform } = process;
  const program = commandProgram(argv, { cwd: process.cwd(), env, platform, isTerminal: isatty(0), isTyped });
  return await superviseHere(program, options);
}

/** If options are invalid, prints the problems, whatever the log level, and exits. */
export function refuse(problems: readonly AutoreloadError[]): void {
  if (problems.length === 0) return;
  const log = new Log('info');
  for (const { message } of problems) log.failure(message);
  process.exit(MISUSE);
}

async function superviseHere(program: Program, options: Options): Promise<never> {
  v8.setFlagsFromString(SMALL_HEAP);
  const names = { option: '--watch', call: '', better: `autoreload --watch src -- ${shown(program)}` };
  refuse(watchProblems(program, options.watch, names));
  const restoreTerminal = saveSettings();
  const early = program.kind === 'node' ? startEarly(program, options) : undefined;
  const { href } = pathToFileURL(OWN_FILES.supervision);
  const { Supervision } = (await import(href)) as typeof supervision;
  void new Supervision(program, options, { restoreTerminal, early });
  // If this promise resolved, the program would run in this process.
  return await new Promise<never>(() => {});
}

/** Whether the permission model forbids child processes. */
function mayNotSpawn(): boolean {
  const { permission } = process as { permission?: { has: (scope: string) => boolean } };
  return permission !== undefined && !permission.has('child');
}
