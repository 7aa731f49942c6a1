// Which tsconfig.json files a TypeScript loader reads. Keeps no state.
import type * as Parser from 'jsonc-parser';
import module from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fromPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { ancestors } from '../util/paths.ts';
import { statOf, textOf } from '../util/safe-fs.ts';

/** Packages that compile TypeScript when a module is loaded. Node itself, which only strips types, reads no tsconfig.json. */
const LOADER =
  /[\\/]node_modules[\\/](tsx|ts-node|ts-node-dev|@swc-node|@oxc-node|sucrase|esbuild-register|@esbuild-kit|jiti)[\\/]/;

const require = module.createRequire(import.meta.url);

/** A file of settings, and why it is read. */
export interface Tsconfig {
  readonly path: string;
  /** The file that extends it. */
  readonly extendedBy: ModuleUrl | undefined;
}

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
 * A tsconfig.json and all that it extends.
 *
 * @param onBroken told of a file that is no JSON with comments
 */
export function tsconfigFiles(path: string, onBroken: (path: string) => void): Tsconfig[] {
  const files: Tsconfig[] = [{ path, extendedBy: undefined }];
  for (const { path: from } of files) {
    for (const target of extended(from, onBroken)) {
      if (!files.some((file) => file.path === target))
        files.push({ path: target, extendedBy: fromPath(from) });
    }
  }
  return files;
}

function extended(path: string, onBroken: (path: string) => void): string[] {
  const text = textOf(path);
  if (text === undefined) return [];
  // Most programs have no such loader, and the parser takes longer to load than most of the supervisor.
  const { parse } = require('jsonc-parser') as typeof Parser;
  const errors: Parser.ParseError[] = [];
  const config: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) onBroken(path);
  const { extends: value } = (typeof config === 'object' && config !== null ? config : {}) as {
    extends?: unknown;
  };
  const specifiers = Array.isArray(value) ? value : [value];
  return specifiers.flatMap((one: unknown) => (typeof one === 'string' ? targetOf(one, path) : []));
}

/** As TypeScript finds it: a path may lack `.json`, a package may have a tsconfig.json. */
function targetOf(specifier: string, from: string): string[] {
  if (/^\.{1,2}\//.test(specifier) || isAbsolute(specifier)) {
    const path = resolve(dirname(from), specifier);
    return [path.endsWith('.json') ? path : `${path}.json`];
  }
  const { resolve: find } = module.createRequire(from);
  for (const one of [specifier, `${specifier}.json`, `${specifier}/tsconfig.json`]) {
    try {
      return [find(one)];
    } catch {
      // The next spelling, or none.
    }
  }
  return [];
}
