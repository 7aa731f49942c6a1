// Finds the tsconfig.json files that a TypeScript loader reads. Keeps no state.
import type * as Parser from 'jsonc-parser';
import module from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { attempt } from '../../shared/attempt.cts';
import { fromPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { ancestors } from '../util/paths.ts';
import { statOf, textOf } from '../util/safe-fs.ts';

/** Packages that compile TypeScript when a module is loaded. Node itself only strips types and reads no tsconfig.json. */
const LOADER =
  /[\\/]node_modules[\\/](tsx|ts-node|ts-node-dev|@swc-node|@oxc-node|sucrase|esbuild-register|@esbuild-kit|jiti)[\\/]/;

const require = module.createRequire(import.meta.url);

/** Whether a module is part of a loader that reads tsconfig.json. */
export function isTypeScriptLoader(path: string): boolean {
  return LOADER.test(path);
}

/** The nearest tsconfig.json above a file, or undefined. */
export function nearestTsconfig(path: string): string | undefined {
  return ancestors(path)
    .map((folder) => join(folder, 'tsconfig.json'))
    .find((file) => statOf(file)?.isFile());
}

/**
 * Lists a tsconfig.json and all files that it extends, directly or indirectly, each with the file that extends it.
 *
 * @param onInvalid called with the path of a file that is not JSON with comments
 */
export function tsconfigFiles(
  path: string,
  onInvalid: (path: string) => void,
): Map<string, ModuleUrl | undefined> {
  const files = new Map<string, ModuleUrl | undefined>([[path, undefined]]);
  // The map grows during the loop.
  for (const from of files.keys())
    for (const target of extended(from, onInvalid)) if (!files.has(target)) files.set(target, fromPath(from));
  return files;
}

/** The `paths` of the nearest tsconfig.json above a module and of the files that it extends, each with the folder they are relative to. */
export function pathMaps(path: string): { folder: string; paths: unknown }[] {
  const nearest = nearestTsconfig(path);
  const files = nearest === undefined ? [] : [...tsconfigFiles(nearest, () => {}).keys()];
  return files.flatMap((file) => {
    const { baseUrl, paths } = read(file, () => {})?.compilerOptions ?? {};
    return paths === undefined
      ? []
      : { folder: resolve(dirname(file), typeof baseUrl === 'string' ? baseUrl : ''), paths };
  });
}

interface Tsconfig {
  readonly extends?: unknown;
  readonly compilerOptions?: { readonly baseUrl?: unknown; readonly paths?: unknown };
}

function read(path: string, onInvalid: (path: string) => void): Tsconfig | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  // Loaded late: the parser takes longer to load than most of the supervisor, and most programs have no such loader.
  const { parse } = require('jsonc-parser') as typeof Parser;
  const errors: Parser.ParseError[] = [];
  const config = parse(text, errors, { allowTrailingComma: true }) as Tsconfig | null;
  if (errors.length > 0) onInvalid(path);
  return config ?? undefined;
}

function extended(path: string, onInvalid: (path: string) => void): string[] {
  const value = read(path, onInvalid)?.extends;
  const specifiers = Array.isArray(value) ? value : [value];
  return specifiers.flatMap((one: unknown) => (typeof one === 'string' ? targetOf(one, path) : []));
}

/** The file that `extends` means: a path may lack `.json`, a package may have a tsconfig.json. */
function targetOf(specifier: string, from: string): string[] {
  if (/^\.{1,2}\//.test(specifier) || isAbsolute(specifier)) {
    const path = resolve(dirname(from), specifier);
    return [path.endsWith('.json') ? path : `${path}.json`];
  }
  const { resolve: find } = module.createRequire(from);
  const spellings = [specifier, `${specifier}.json`, `${specifier}/tsconfig.json`];
  return spellings.flatMap((spelling) => attempt(() => find(spelling)) ?? []).slice(0, 1);
}
