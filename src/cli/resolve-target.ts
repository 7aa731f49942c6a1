// Decides what to run, from the command line and the options of all sources: a Node program, or any command. Starts nothing.
import { resolve } from 'node:path';
import { splitCommand } from '../options/command-text.ts';
import { optionName, runsNoProgram } from '../shared/process-role.ts';
import { USAGE } from './help.ts';
import type { ParsedArguments } from './parse-arguments.ts';

/** Replacements for the options of `node --watch`. */
const NODE_WATCH_OPTIONS: Readonly<Record<string, string>> = {
  '--watch-path': 'Use --watch src',
  '--watch-kill-signal': 'Use --signal SIGINT',
  '--watch-preserve-output': 'Leave it out: only --clear clears the terminal',
};

/** `--env-file=<(secrets)`, as the shell writes it. Node reads each `--env-file` of its command line, also behind the script, which is our own. */
const PIPED_ENV_FILE = /^--env-file(?:-if-exists)?[=\n]\/(?:dev|proc\/\w+)\/fd\/\d+$/m;

/**
 * Returns the words of the command to run, or those behind `node` and its options.
 *
 * @param exec the option, of all sources
 * @param cwd absolute path
 */
export function resolveTarget(args: ParsedArguments, exec: string | undefined, cwd: string): string[] {
  const { program, isCommand, nodeOptions } = args;
  if (isCommand) return [...program];
  if (exec !== undefined) return [...splitCommand(exec), ...program];
  const [script = '', ...rest] = program;
  // Node resolves the script in the same way, before it looks for the file.
  const isUrl = nodeOptions.some((option) => /^--(experimental-)?entry-url$/.test(option));
  return [isUrl ? script : resolve(cwd, script), ...rest];
}

/** Explains why nothing can run, or returns undefined. */
export function misuse(args: ParsedArguments, exec: string | undefined): string | undefined {
  const { flags, isCommand, nodeOptions, program } = args;
  const [option] = nodeOptions;
  if (isCommand) {
    if (flags.values['exec'] !== undefined) return '--exec and -- both name a command. Use one of them.';
    if (program.length === 0) return '-- needs a command behind it. Use autoreload [options] -- ./server.';
  }
  if (isCommand || exec !== undefined) {
    if (option === undefined) return undefined;
    return `${option} is a Node option, and Node does not run the command. Write it behind the command.`;
  }
  for (const name of nodeOptions.map(optionName)) {
    if (runsNoProgram(name)) {
      const instead = name === '--test' ? 'node --test --watch' : `node ${name}`;
      return `with ${name} there is no program to restart. Use ${instead}.`;
    }
    const replacement = NODE_WATCH_OPTIONS[name];
    if (replacement !== undefined) return `${name} is an option of node --watch. ${replacement}.`;
  }
  if (PIPED_ENV_FILE.test(nodeOptions.join('\n')))
    return 'Node has read the pipe of --env-file before autoreload can. Use node --env-file=<(…) --import autoreload/register app.js.';
  const [script] = program;
  if (script === '-') return 'a script on stdin cannot be run again. Use a file.';
  if (script !== undefined) return undefined;
  const watched = flags.values['watch'];
  if (Array.isArray(watched) && nodeOptions.length === 0)
    return `no script is left: --watch takes a path, got ${JSON.stringify(watched.at(-1))}. Use autoreload ${watched.at(-1)}.`;
  return `there is no script. Usage: ${USAGE}`;
}
