// Derives the flags of the command from the table of options: for the parser, the help and the completion. Pure.
import { flagOf, OPTIONS } from '../options/options.ts';
import type { OptionDefinition } from '../options/options.ts';
import { choice } from '../options/value-types.ts';

/** A flag of the command: for an option, or for `completion`, `version` or `help`, which are in no list of options. */
export interface Flag extends Partial<OptionDefinition> {
  readonly name: string;
  readonly description: string;
  /** `--on-exit` */
  readonly flag: string;
  readonly short?: string;
  /** Value if none is written: false for `--no-standby`. */
  readonly isOn: boolean;
}

/** A shell that can complete our flags. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** Flags that `--help` and completion show. */
export const VISIBLE_FLAGS: readonly Flag[] = [
  ...OPTIONS.map((option) => ({ ...option, flag: flagOf(option), isOn: option.default !== true })),
  {
    name: 'completion',
    flag: '--completion',
    isOn: true,
    type: choice<Shell>('bash', 'zsh', 'fish'),
    placeholder: '<shell>',
    description: 'print completion for bash, zsh or fish',
  },
  { name: 'version', flag: '--version', short: '-v', isOn: true, description: 'print the version' },
  { name: 'help', flag: '--help', short: '-h', isOn: true, description: 'print this' },
];

/** Every flag; of two flags for one option, the one that `--help` shows comes first. */
export const FLAGS: readonly Flag[] = [
  ...VISIBLE_FLAGS,
  ...VISIBLE_FLAGS.filter((flag) => flag.group !== undefined && !needsValue(flag)).map(opposite),
];

/** Whether a flag is invalid without a value. */
export function needsValue({ placeholder }: Flag): boolean {
  return placeholder?.startsWith('<') === true;
}

/** Returns the flag that turns off what a flag turns on, or the reverse. */
function opposite(visible: Flag): Flag {
  const { flag, isOn } = visible;
  const name = isOn ? flag.replace('--', '--no-') : flag.replace('--no-', '--');
  return { ...visible, flag: name, isOn: !isOn, placeholder: undefined };
}
