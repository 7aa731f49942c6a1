// Builds the program that a Node command line runs: the same command line without our own option, with our preload. Reads env
// files, and nothing else.
import fs from 'node:fs';
import module from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { DESCENDANT_MARK, HIDDEN_OPTIONS, OWN_VARIABLES } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { OWN_FILES } from '../../shared/paths.cts';
import { preloadArgument, withPreload } from '../../shared/preload-option.cts';
import { textOf } from '../util/safe-fs.ts';
import { isInspected } from './inspect-port.ts';
import {
  allOptions,
  envFiles,
  mayBeConfigured,
  optionFiles,
  withoutEnvFiles,
  withoutImport,
  withoutImportArgs,
} from './node-options.ts';
import { INHERITED } from './program.ts';
import type { NodeProgram, Stdio } from './program.ts';
import { gateOption, onlyTranspiles } from './transpilers.ts';

/** The command line of a Node program. */
export interface NodeCommandLine {
  readonly execPath: string;
  readonly argv0: string;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Option that keeps the inspector on its port. */
  readonly fixedPort?: readonly string[] | undefined;
}

/**
 * The program that a Node command line runs.
 *
 * @param loaded absolute paths of the env files whose values are in `line.env`; default: the env files of this process
 */
export function nodeProgram(
  line: NodeCommandLine,
  stdio: readonly Stdio[] = INHERITED,
  loaded: readonly string[] = envFiles(
    allOptions(process.env['NODE_OPTIONS'], process.execArgv),
    process.cwd(),
  ),
  { preload, lateGate, linkedGate, register }: typeof OWN_FILES = OWN_FILES,
): NodeProgram {
  const ownUrl = pathToFileURL(register).href;
  const isOurs = (specifier: string): boolean => resolveFrom(line.cwd, specifier) === ownUrl;
  const inherited = line.env['NODE_OPTIONS'];
  const files = envFiles(line.execArgv, line.cwd);
  const pipes = readPipes(files, loaded);
  const repeatable = withoutEnvFiles(line.execArgv, line.cwd, (path) => pipes.has(path));
  const all = allOptions(inherited, repeatable);
  const options = withoutImport(inherited ?? '', isOurs);
  const execArgv = withoutImportArgs(repeatable, isOurs);
  // Otherwise it comes from a configuration file of Node, which every process that the app starts reads again.
  const isFound = options !== (inherited ?? '') || execArgv.length < repeatable.length;
  // A variable with nothing but our option was set for us.
  const inheritedOptions = options === '' && inherited !== '' ? undefined : options;
  // Node reads the options in a configuration file only if there is no NODE_OPTIONS.
  const asArgument = inheritedOptions === undefined && mayBeConfigured(line.execArgv);
  const option = gateOption(allOptions(options, execArgv));
  const gate = option && `${option}=${option === '--import' ? pathToFileURL(lateGate).href : lateGate}`;
  const ours = [...(asArgument ? [preloadArgument(preload)] : []), ...(line.fixedPort ?? [])];
  const hidden = gate === undefined ? ours : [...ours, gate];
  const linking = `--import=${pathToFileURL(linkedGate).href}`;
  const program = line.argv.slice(1);
  const readFiles = files.filter((file) => loaded.includes(file) && !pipes.has(file));
  const env = {
    ...childEnv(line.env, readFiles),
    ...(hidden.length > 0 ? { [HIDDEN_OPTIONS]: hidden.join('\n') } : {}),
    ...(isFound ? {} : { [DESCENDANT_MARK]: '1' }),
    ...(asArgument ? {} : { NODE_OPTIONS: withPreload(inheritedOptions, preload) }),
  };
  return {
    kind: 'node',
    executable: line.execPath,
    argv0: line.argv0,
    cwd: line.cwd,
    stdio,
    entry: resolve(line.cwd, line.argv[1] ?? ''),
    isInspected: isInspected(all),
    settings: optionFiles(all, line.cwd),
    requiredFiles: envFiles(all, line.cwd, ['--env-file']),
    args: [...execArgv, ...ours, ...program],
    lateGateArgs: gate === undefined ? undefined : [...execArgv, ...hidden, ...program],
    linkedGate: onlyTranspiles(allOptions(options, execArgv))
      ? {
          args: [...execArgv, ...ours, linking, ...program],
          env: { [HIDDEN_OPTIONS]: [...ours, linking].join('\n') },
        }
      : undefined,
    get env() {
      return { ...pipedEnv(files, pipes), ...env };
    },
  };
}

/**
 * The environment without our own variables, which a shell may still have, and without the values that Node read from `--env-file` into
 * this process. The environment goes before the file, so that a child that inherited the values would never see an edit of the file.
 */
function childEnv(env: NodeJS.ProcessEnv, files: readonly string[]): NodeJS.ProcessEnv {
  const rest = { ...env };
  for (const name of OWN_VARIABLES) delete rest[name];
  for (const file of files)
    for (const [name, value] of Object.entries(valuesIn(file))) if (rest[name] === value) delete rest[name];
  return rest;
}

/** The variables in an env file. */
function valuesIn(file: string): NodeJS.Dict<string> {
  return parseEnv(textOf(file) ?? '');
}

/**
 * Reads env files that are pipes, such as `--env-file=<(secrets)`: they can be read only once, and every run needs the values.
 *
 * @param loaded files whose values are in the environment
 * @returns the variables by path
 */
function readPipes(
  files: readonly string[],
  loaded: readonly string[],
): ReadonlyMap<string, NodeJS.Dict<string>> {
  // As bigints: after another `stat` of a pipe, Node's own resolution leaves links in paths.
  const pipes = files.filter((file) =>
    attempt(() => fs.statSync(file, { bigint: true, throwIfNoEntry: false })?.isFIFO()),
  );
  return new Map([...new Set(pipes)].map((file) => [file, loaded.includes(file) ? {} : valuesIn(file)]));
}

/** The variables of env files that are pipes, unless a file behind them, which Node reads in each run, sets them too. */
function pipedEnv(
  files: readonly string[],
  pipes: ReadonlyMap<string, NodeJS.Dict<string>>,
): NodeJS.Dict<string> {
  const env: NodeJS.Dict<string> = {};
  if (pipes.size === 0) return env;
  for (const file of files) {
    const values = pipes.get(file);
    if (values) Object.assign(env, values);
    else for (const name of Object.keys(valuesIn(file))) delete env[name];
  }
  return env;
}

/** URL of the module that an `--import` loads; undefined if Node finds none. */
function resolveFrom(cwd: string, specifier: string): string | undefined {
  return attempt(() =>
    /^file:/i.test(specifier)
      ? new URL(specifier).href
      : pathToFileURL(module.createRequire(join(cwd, 'noop.js')).resolve(specifier)).href,
  );
}
