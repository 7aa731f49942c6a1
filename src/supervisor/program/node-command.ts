// What the child executes: the command that the user typed, less our own option. Pure but for `--env-file`s.
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { preloadArgument, withPreload } from '../../shared/preload-option.cts';
import { DESCENDANT_MARK, HIDDEN_OPTIONS } from '../../protocol/control.cts';
import { textOf } from '../util/safe-fs.ts';
import { isInspected } from './inspect-port.ts';
import { allOptions, withoutImport, withoutImportArgs } from './node-options.ts';
import { gateOption } from './transpilers.ts';
import { envFiles, mayBeConfigured, optionFiles } from './config-files.ts';

/** A command line, ready to be spawned without a shell. */
export interface Command {
  readonly execPath: string;
  readonly argv0: string;
  readonly args: readonly string[];
  /** Whether Node may open an inspector in each child. */
  readonly isInspected: boolean;
  /** The same with a gate behind the user's preloads; undefined where a standby must not run these. */
  readonly lateGateArgs: readonly string[] | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Files that Node reads because of its options. */
  readonly settings: readonly string[];
}

/** How this process was started. */
export interface Start {
  readonly execPath: string;
  readonly argv0: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** An option that keeps the inspector on its port. */
  readonly fixedPort?: readonly string[] | undefined;
  /** Absolute paths of the env files that this process itself has loaded. Default: none. */
  readonly loaded?: readonly string[] | undefined;
}

/**
 * The command for each child.
 *
 * @param start how the supervisor was started
 * @param preload absolute path of the child's preload
 * @param lateGate absolute path of the gate behind the user's preloads
 * @param register `file:` URL of `autoreload/register`
 */
export function buildCommand(start: Start, preload: string, lateGate: string, register: string): Command {
  const isOurs = (specifier: string): boolean => resolveFrom(start.cwd, specifier) === register;
  const inherited = start.env['NODE_OPTIONS'];
  const options = withoutImport(inherited ?? '', isOurs);
  const execArgv = withoutImportArgs(start.execArgv, isOurs);
  // Otherwise it comes from a configuration file of Node's, which all that the app starts reads again.
  const found = options !== (inherited ?? '') || execArgv.length < start.execArgv.length;
  const all = allOptions(start.env, start.execArgv);
  // One that held nothing but our option was set for us.
  const inheritedOptions = options === '' && inherited !== '' ? undefined : options;
  // Node reads the options in a configuration file only if there is no NODE_OPTIONS.
  const asArgument = inheritedOptions === undefined && mayBeConfigured(start.execArgv);
  const option = gateOption(allOptions({ NODE_OPTIONS: options }, execArgv));
  const gate = option && `${option}=${option === '--import' ? pathToFileURL(lateGate).href : lateGate}`;
  const ours = [...(asArgument ? [preloadArgument(preload)] : []), ...(start.fixedPort ?? [])];
  const hidden = gate === undefined ? ours : [...ours, gate];
  const program = start.argv.slice(1);
  return {
    execPath: start.execPath,
    argv0: start.argv0,
    isInspected: isInspected(start),
    settings: optionFiles(all, start.cwd),
    args: [...execArgv, ...ours, ...program],
    lateGateArgs: gate === undefined ? undefined : [...execArgv, ...hidden, ...program],
    env: {
      ...withoutEnvFiles(start, all),
      ...(hidden.length > 0 ? { [HIDDEN_OPTIONS]: hidden.join('\n') } : {}),
      ...(found ? {} : { [DESCENDANT_MARK]: '1' }),
      ...(asArgument ? {} : { NODE_OPTIONS: withPreload(inheritedOptions, preload) }),
    },
  };
}

/**
 * Node has put the values of `--env-file` into this process's environment, where it was started with the same file. They
 * are taken out, or the child, where the environment goes before the file, would never see an edit of the file.
 */
function withoutEnvFiles({ env, cwd, loaded = [] }: Start, options: readonly string[]): NodeJS.ProcessEnv {
  const rest = { ...env };
  for (const path of envFiles(options, cwd).filter((file) => loaded.includes(file))) {
    for (const [name, value] of Object.entries(parseEnv(textOf(path) ?? ''))) {
      if (rest[name] === value) delete rest[name];
    }
  }
  return rest;
}

/** Where Node finds the module of an `--import`. */
function resolveFrom(cwd: string, specifier: string): string | undefined {
  try {
    if (/^file:/i.test(specifier)) return new URL(specifier).href;
    return pathToFileURL(module.createRequire(join(cwd, 'noop.js')).resolve(specifier)).href;
  } catch {
    return undefined;
  }
}
