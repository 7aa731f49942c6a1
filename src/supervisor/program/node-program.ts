// Builds the program that a Node command line runs: the same command line without our own option, with our preload. Reads env
// files, and nothing else.
import module from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { preloadArgument, withPreload } from '../../shared/preload-option.cts';
import { DESCENDANT_MARK, HIDDEN_OPTIONS } from '../../protocol/control.cts';
import { textOf } from '../util/safe-fs.ts';
import { isInspected } from './inspect-port.ts';
import { allOptions, withoutImport, withoutImportArgs } from './node-options.ts';
import { INHERITED } from './program.ts';
import type { NodeProgram, Stdio } from './program.ts';
import { gateOption } from './transpilers.ts';
import { envFiles, mayBeConfigured, optionFiles } from './config-files.ts';

/** The command line of a Node program. */
export interface NodeCommandLine {
  readonly execPath: string;
  readonly argv0: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Option that keeps the inspector on its port. */
  readonly fixedPort?: readonly string[] | undefined;
}

/** Our own files that the options of a run name. */
export interface OwnModules {
  /** Absolute path of the preload. */
  readonly preload: string;
  /** Absolute path of the gate behind the preloads of the user. */
  readonly lateGate: string;
  /** `file:` URL of `autoreload/register`. */
  readonly register: string;
}

const OWN_MODULES: OwnModules = {
  preload: fileURLToPath(new URL('../../loader/entry.cjs', import.meta.url)),
  lateGate: fileURLToPath(new URL('../../loader/standby/late-gate.cjs', import.meta.url)),
  register: new URL('../../register.js', import.meta.url).href,
};

/** The program that a Node command line runs. */
export function nodeProgram(line: NodeCommandLine, stdio: readonly Stdio[] = INHERITED): NodeProgram {
  const loaded = envFiles(allOptions(process.env, process.execArgv), process.cwd());
  return { ...buildNodeProgram(line, loaded, OWN_MODULES), stdio };
}

/**
 * Builds the program without any look at this process.
 *
 * @param loadedEnvFiles absolute paths of the env files whose values are in `line.env`
 */
export function buildNodeProgram(
  line: NodeCommandLine,
  loadedEnvFiles: readonly string[],
  { preload, lateGate, register }: OwnModules,
): Omit<NodeProgram, 'stdio'> {
  const isOurs = (specifier: string): boolean => resolveFrom(line.cwd, specifier) === register;
  const inherited = line.env['NODE_OPTIONS'];
  const options = withoutImport(inherited ?? '', isOurs);
  const execArgv = withoutImportArgs(line.execArgv, isOurs);
  // Otherwise it comes from a configuration file of Node's, which all that the app starts reads again.
  const found = options !== (inherited ?? '') || execArgv.length < line.execArgv.length;
  const all = allOptions(line.env, line.execArgv);
  // One that held nothing but our option was set for us.
  const inheritedOptions = options === '' && inherited !== '' ? undefined : options;
  // Node reads the options in a configuration file only if there is no NODE_OPTIONS.
  const asArgument = inheritedOptions === undefined && mayBeConfigured(line.execArgv);
  const option = gateOption(allOptions({ NODE_OPTIONS: options }, execArgv));
  const gate = option && `${option}=${option === '--import' ? pathToFileURL(lateGate).href : lateGate}`;
  const ours = [...(asArgument ? [preloadArgument(preload)] : []), ...(line.fixedPort ?? [])];
  const hidden = gate === undefined ? ours : [...ours, gate];
  const program = line.argv.slice(1);
  return {
    kind: 'node',
    executable: line.execPath,
    argv0: line.argv0,
    cwd: line.cwd,
    entry: resolve(line.cwd, line.argv[1] ?? ''),
    isInspected: isInspected(line),
    settings: optionFiles(all, line.cwd),
    args: [...execArgv, ...ours, ...program],
    lateGateArgs: gate === undefined ? undefined : [...execArgv, ...hidden, ...program],
    env: {
      ...withoutEnvFiles(line, all, loadedEnvFiles),
      ...(hidden.length > 0 ? { [HIDDEN_OPTIONS]: hidden.join('\n') } : {}),
      ...(found ? {} : { [DESCENDANT_MARK]: '1' }),
      ...(asArgument ? {} : { NODE_OPTIONS: withPreload(inheritedOptions, preload) }),
    },
  };
}

/**
 * The environment without the values that Node read from `--env-file` into this process. The environment goes before the file,
 * so that a child that inherited the values would never see an edit of the file.
 */
function withoutEnvFiles(
  { env, cwd }: NodeCommandLine,
  options: readonly string[],
  loaded: readonly string[],
): NodeJS.ProcessEnv {
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
