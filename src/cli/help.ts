// `autoreload --help`: one screen of 80 columns and 24 lines. Pure.
import { COMMAND_OPTIONS, commandOf } from './parse-arguments.ts';

/** How the command is called, in one line. */
export const USAGE = 'autoreload [options] [node options] script [script args]';

/** The text of `--help`. */
export function helpText(): string {
  const command = commandOf();
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter((option) => !isLast(option.long));
  const width = help.padWidth(command, help);
  const lines = [`Usage: ${USAGE}`, '       autoreload [options] -- command [args]'];
  let group: string | undefined;
  for (const option of options) {
    if (option.helpGroupHeading !== group) lines.push(`${option.helpGroupHeading}:`);
    group = option.helpGroupHeading;
    lines.push(`  ${help.optionTerm(option).padEnd(width)}  ${option.description}`);
  }
  lines.push(
    'Also --version, --help, and --completion bash|zsh|fish.',
    'Or set AUTORELOAD_GRACE=2s, or "autoreload": { "grace": "2s" } in package.json.',
  );
  return `${lines.join('\n')}\n`;
}

/** Those in the last lines. */
function isLast(long: string | undefined): boolean {
  return COMMAND_OPTIONS.some((option) => option.long === long);
}
