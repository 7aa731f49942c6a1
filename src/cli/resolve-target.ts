// What is to be run, by all sources of options and what has been typed: a program of Node's, or any command; or why
// that is not possible. Knows no process.
import { resolve } from 'node:path';
import type { Arguments } from './parse-arguments.ts';
import { USAGE } from './help.ts';
import type { AutoreloadError } from '../shared/errors.ts';
import { runsNoProgram } from '../shared/process-role.ts';
import { problem } from '../options/options.ts';
import type { Options } from '../options/options.ts';

/** What is to be run. */
export type Plan =
  | { readonly kind: 'node'; readonly argv: readonly string[] }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'misuse'; readonly problem: AutoreloadError };

/** What to write instead of the options of `node --watch`. */
const OF_NODE_WATCH: Readonly<Record<string, string>> = {
  '--watch-path': 'Use --watch src',
  '--watch-kill-signal': 'Use --signal SIGINT',
  '--watch-preserve-output': 'Leave it out: the terminal is cleared only with --clear',
};

/**
 * Decides what is to be run.
 *
 * @param typed what has been typed
 * @param options of all sources
 * @param cwd absolute path
 */
export async function plan(typed: Arguments, options: Options, cwd: string): Promise<Plan> {
  const { program, isCommand, nodeOptions } = typed;
  const wrong = misuse(typed, options.exec);
  if (wrong !== undefined) return { kind: 'misuse', problem: problem(wrong) };
  if (isCommand) return { kind: 'command', argv: program };
  if (options.exec !== undefined) {
    const { parseArgsStringToArgv } = await import('string-argv');
    return { kind: 'command', argv: [...parseArgsStringToArgv(options.exec), ...program] };
  }
  const [script = '', ...args] = program;
  // As Node does it, before it looks for the file.
  const isUrl = nodeOptions.some((option) => /^--(experimental-)?entry-url$/.test(option));
  return { kind: 'node', argv: [isUrl ? script : resolve(cwd, script), ...args] };
}

/** Why there is nothing to be run. */
function misuse(typed: Arguments, exec: string | undefined): string | undefined {
  const { flags, isCommand, nodeOptions, program } = typed;
  const [option] = nodeOptions;
  if (isCommand) {
    if (flags.values['exec'] !== undefined) return '--exec and -- both name a command. Use one of them.';
    if (program.length === 0) return '-- needs a command behind it. Use autoreload [options] -- ./server.';
  }
  if (isCommand || exec !== undefined) {
    if (option === undefined) return undefined;
    return `${option} is an option of Node's, and the command is not run by Node. Write it behind the command.`;
  }
  for (const name of nodeOptions.map((word) => word.split('=', 1)[0] ?? '')) {
    if (runsNoProgram(name)) return `with ${name} there is no program to restart. Use ${instead(name)}.`;
    const advice = OF_NODE_WATCH[name];
    if (advice !== undefined) return `${name} is an option of node --watch. ${advice}.`;
  }
  const [script] = program;
  if (script === '-') return 'a script on stdin cannot be run again. Use a file.';
  if (script !== undefined) return undefined;
  const watched = flags.values['watch'];
  if (Array.isArray(watched) && nodeOptions.length === 0)
    return `no script is left: --watch takes a path, got ${JSON.stringify(watched.at(-1))}. Use autoreload ${watched.at(-1)}.`;
  return `there is no script. Usage: ${USAGE}`;
}

function instead(name: string): string {
  return name === '--test' ? 'node --test --watch' : `node ${name}`;
}
