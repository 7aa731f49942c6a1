// Preloads that only teach Node to read other languages: a standby may run them before its turn, because nothing of the
// user's runs with them. Pure.
import { basename } from 'node:path';
import { optionValues } from './node-options.ts';

/** Names as they are given to `--import` and `--require`. Those that run plugins of the user's (Babel) are not among them. */
const PURE =
  /^(tsx(\/(esm|cjs))?|ts-node\/register(\/(transpile-only|type-check|files))?|@swc-node\/register(\/esm-register)?|@oxc-node\/core\/register|sucrase\/register(\/\w+)?|esbuild-register)$/;

/** Preloads that are a thread of hooks with code of the user's. */
const LOADER = /^--(experimental-)?loader\b/;

/**
 * How a gate comes behind all preloads, if each of them is a transpiler.
 *
 * @param options Node's options, of NODE_OPTIONS and of the command line, without ours
 * @returns the option that takes its path; undefined when there is no preload, or one that is something else
 */
export function gateOption(options: readonly string[]): '--import' | '--require' | undefined {
  const imported = optionValues(options, '--import');
  const required = ['--require', '-r'].flatMap((name) => optionValues(options, name));
  const preloads = [...imported, ...required];
  if (preloads.length === 0 || options.some((option) => LOADER.test(option))) return undefined;
  if (!preloads.every((name) => PURE.test(name))) return undefined;
  return imported.length > 0 ? '--import' : '--require';
}

/** Whether settings name modules of the user's that a transpiler would load: `"ts-node": { "require": [...] }`. */
export function nameModules(settings: readonly { readonly path: string; readonly text: string }[]): boolean {
  return settings.some(
    ({ path, text }) => /^tsconfig.*\.json$/.test(basename(path)) && /"require"/.test(text),
  );
}
