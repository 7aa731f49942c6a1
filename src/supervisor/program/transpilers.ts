// Recognizes preloads that only transpile. A standby may run them before its turn, because they run no code of the user. Pure.
import { basename } from 'node:path';
import { optionValues } from './node-options.ts';

/** Specifiers in `--import` and `--require`. Transpilers with plugins of the user (Babel) are excluded. */
const TRANSPILER =
  /^(tsx(\/(esm|cjs))?|ts-node\/register(\/(transpile-only|type-check|files))?|@swc-node\/register(\/esm-register)?|@oxc-node\/core\/register|sucrase\/register(\/\w+)?|esbuild-register)$/;

/** Preloads that start a hooks thread with code of the user. */
const LOADER = /^--(experimental-)?loader\b/;

/**
 * The option that loads a gate behind all preloads.
 *
 * @param options of NODE_OPTIONS and of the command line, without our own
 * @returns undefined without preloads, or if one is not a transpiler
 */
export function gateOption(options: readonly string[]): '--import' | '--require' | undefined {
  const imported = optionValues(options, '--import');
  const hasPreloads = imported.length > 0 || optionValues(options, '--require', '-r').length > 0;
  if (!hasPreloads || !onlyTranspiles(options)) return undefined;
  return imported.length > 0 ? '--import' : '--require';
}

/** Whether all preloads, if there are any, are transpilers. */
export function onlyTranspiles(options: readonly string[]): boolean {
  const preloads = optionValues(options, '--import', '--require', '-r');
  return !options.some((option) => LOADER.test(option)) && preloads.every((name) => TRANSPILER.test(name));
}

/** Whether a tsconfig names modules of the user that a transpiler would load: `"ts-node": { "require": [...] }`. */
export function nameModules(settings: readonly { readonly path: string; readonly text: string }[]): boolean {
  return settings.some(
    ({ path, text }) => /^tsconfig.*\.json$/.test(basename(path)) && /"require"/.test(text),
  );
}
