// Reads options from environment variables: the only file that reads AUTORELOAD_* variables of the user.
import { nearestOption, OPTIONS, PREFIX, variableOf } from './options.ts';
import type { OptionSource } from './parse-options.ts';

/** Variables with the prefix that are no options: `AUTORELOAD_CHANGED` for commands, the others between our own processes. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(
  ['CHANGED', 'DESCENDANT', 'GATE', 'HELD', 'HIDDEN_OPTIONS', 'LANE', 'RELAY'].map((name) => PREFIX + name),
);

/**
 * Returns the options that are set in an environment. An empty variable is not set. A variable whose name resembles an
 * option is a mistake; any other variable with our prefix belongs to another program.
 *
 * @param env as `process.env`
 */
export function readEnvironment(env: NodeJS.ProcessEnv): OptionSource {
  const values: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || !value || OWN_VARIABLES.has(variable)) continue;
    const option = OPTIONS.find(({ name }) => variableOf(name) === variable);
    const separator = option?.type.separator;
    if (option !== undefined || nearestOption(variable) !== undefined)
      values[option?.name ?? variable] = separator === undefined ? value : value.split(separator);
  }
  return { values, where: (name) => (name.startsWith(PREFIX) ? name : variableOf(name)) };
}
