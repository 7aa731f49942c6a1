// Reads options from environment variables: the only file that reads AUTORELOAD_* variables of the user.
import { delimiter } from 'node:path';
import { HELD_VARIABLE } from '../protocol/control.cts';
import { nearestOption, OPTIONS, PREFIX, variableOf } from './options.ts';
import type { OptionSource } from './parse-options.ts';
import { PATHS } from './value-types.ts';

/**
 * Returns the options that are set in an environment. An empty variable is not set. A variable whose name resembles an
 * option is a mistake; any other variable with our prefix belongs to another program. Paths are separated as in PATH.
 *
 * @param env as `process.env`
 */
export function readEnvironment(env: NodeJS.ProcessEnv): OptionSource {
  const values: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(env)) {
    // The name of our own variable resembles `hold`.
    if (!variable.startsWith(PREFIX) || !value || variable === HELD_VARIABLE) continue;
    const option = OPTIONS.find(({ name }) => variableOf(name) === variable);
    if (option !== undefined || nearestOption(variable) !== undefined)
      values[option?.name ?? variable] = option?.type === PATHS ? value.split(delimiter) : value;
  }
  return { values, where: (name) => (name.startsWith(PREFIX) ? name : variableOf(name)) };
}
