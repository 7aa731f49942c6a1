// Derives the flags of the command from the table of options: for the parser, the help and the completion. Pure.
import { flagOf, OPTIONS } from '../options/options.ts';
import type { OptionDefinition, OptionGroup } from '../options/options.ts';
import { choice } from '../options/value-types.ts';
import type { ValueType } from '../options/value-types.ts';

/** A flag of the command. */
export interface Flag {
  /** Long name: `--on-exit`. */
  readonly name: string;
  readonly short?: string;
  /** Name of the option, or `completion`, `version`, `help`. */
  readonly key: string;
  readonly takes: 'value' | 'optional value' | 'no value';
  /** Value if none is written: false for `--no-standby`. */
  readonly isOn: boolean;
  /** Placeholder of the value in `--help`. */
  readonly placeholder?: string | undefined;
  readonly type?: ValueType<unknown>;
  readonly isRepeatable: boolean;
  readonly description: string;
  /** Heading in `--help`; undefined: not in the list. */
  readonly group?: OptionGroup;
  /** Whether help and completion leave it out. */
  readonly isHidden: boolean;
}

/** A shell that can complete our flags. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** Properties of the flags that are no options. */
const COMMAND_FLAG = { takes: 'no value', isOn: true, isRepeatable: false, isHidden: false } as const;

/** Every flag; of two flags for one option, the one that `--help` shows comes first. */
export const FLAGS: readonly Flag[] = [
  ...OPTIONS.flatMap(flagsOf),
  {
    ...COMMAND_FLAG,
    name: '--completion',
    key: 'completion',
    takes: 'value',
    type: choice<Shell>('bash', 'zsh', 'fish'),
    description: 'print completion for bash, zsh or fish',
  },
  { ...COMMAND_FLAG, name: '--version', short: '-v', key: 'version', description: 'print the version' },
  { ...COMMAND_FLAG, name: '--help', short: '-h', key: 'help', description: 'print this' },
];

/** Flags that `--help` and completion show. */
export const VISIBLE_FLAGS: readonly Flag[] = FLAGS.filter(({ isHidden }) => !isHidden);

/** Returns the flags of an option: for a switch, one to turn it on and one to turn it off. */
function flagsOf(option: OptionDefinition): Flag[] {
  const { name: key, placeholder, type, group, description } = option;
  const name = flagOf(option);
  const isOn = !name.startsWith('--no-');
  const takes =
    placeholder === undefined ? 'no value' : placeholder.startsWith('[') ? 'optional value' : 'value';
  const isRepeatable = Array.isArray(option.default);
  const flag = { name, key, takes, isOn, placeholder, type, isRepeatable, description, group } as const;
  if (takes === 'value') return [{ ...flag, isHidden: false }];
  const opposite = isOn ? name.replace('--', '--no-') : name.replace('--no-', '--');
  return [
    { ...flag, isHidden: false },
    { ...flag, name: opposite, isOn: !isOn, takes: 'no value', isHidden: true },
  ];
}
