// Finds the imports and assets that a source file names, without running it, and caches them by time stamp. Does not know
// which of them the run has loaded. The only file that knows es-module-lexer.
import { init, parse as parseByWasm } from 'es-module-lexer';
import type { Import } from 'es-module-lexer';
import { extname } from 'node:path';
import type { Stamp } from '../../protocol/records.cts';
import { attempt } from '../../shared/attempt.cts';
import { stampFile } from '../../shared/file-stamp.cts';
import { isInPackage, pathOf, toModuleUrl } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { sameStat } from '../contents/content-cache.ts';
import { textOf } from '../util/safe-fs.ts';

/** A file that a source names by a literal specifier. */
export interface Reference {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
  /** `asset`: the specifier is the relative URL in `new URL('…', import.meta.url)`. `type`: an import of types, which no run loads. */
  readonly kind: 'static' | 'dynamic' | 'asset' | 'type';
}

const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs']);
const TYPESCRIPT = new Set(['.ts', '.mts', '.cts', '.tsx', '.jsx']);

/** The source before and after `import.meta` in `new URL('…', import.meta.url)`, which may span several lines. */
const BEFORE_META = /\bnew\s+URL\s*\(\s*(?:'([^'\\\n]+)'|"([^"\\\n]+)"|`([^`\\$]+)`)\s*,\s*$/;
const AFTER_META = /^\s*\.\s*url\s*,?\s*\)/;

/** Maximum length of the source before and after `import.meta` (characters). */
const MAX_EXPRESSION = 1000;

/** Maximum size of a source that is scanned (bytes): the lexer takes up to 10 ms for it. */
const MAX_SOURCE = 2 ** 20;

/** Whether a file name has an extension of TypeScript or JSX, which loaders compile. */
export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.has(extname(path));
}

/** Whether a file name has an extension of source code. */
export function isSource(path: string): boolean {
  return JAVASCRIPT.has(extname(path)) || isTypeScript(path);
}

/** The lexer, or undefined: then no source names anything, and none looks cut off. */
let parse: typeof parseByWasm | undefined;

/** Loads the lexer. The other functions of this file need it. Does not fail. */
export async function loadLexer(): Promise<void> {
  parse = await startWasm()
    .catch(loadPlain)
    .catch(() => undefined);
}

/** WebAssembly is missing with `--jitless`, and cannot reserve its address space under a limit (`ulimit -v`). */
async function startWasm(): Promise<typeof parseByWasm> {
  await init();
  return parseByWasm;
}

/** The same lexer in plain JavaScript, which is slower. */
async function loadPlain(): Promise<typeof parseByWasm> {
  return (await import('es-module-lexer/js')).parse;
}

/**
 * Whether a source looks cut off, as a file does while it is being written: invalid JSON, or JavaScript with an open
 * bracket, string or comment. A syntax error can look the same.
 *
 * @param path its extension tells the language
 */
export function looksCutOff(path: string, source: string): boolean {
  const extension = extname(path);
  if (extension !== '.json' && !JAVASCRIPT.has(extension)) return false;
  const read = extension === '.json' ? JSON.parse : parse;
  return read !== undefined && attempt(() => [read(source)]) === undefined;
}

/**
 * Lists the imports and assets of a module, whether or not the run reaches them. Does not list `require`.
 *
 * @param path its extension tells the language
 * @returns an empty list when the source cannot be parsed
 */
export function scan(path: string, source: string): readonly Reference[] {
  const found = isSource(path) ? attempt(() => parse?.(source)[0]) : undefined;
  const lineAt = lineCounter(source);
  return (found ?? []).flatMap((one): Reference[] => {
    const kind = kindOf(one);
    const specifier = kind === 'asset' ? assetOf(one, source) : one.specifier;
    if (!kind || !specifier) return [];
    return [{ specifier, line: lineAt(kind === 'asset' ? one.start : one.importStart), kind }];
  });
}

/** Absolute path of an asset, by its specifier in a module. Undefined for a folder. */
export function assetPath(specifier: string, url: ModuleUrl): string | undefined {
  if (!URL.canParse(specifier, url)) return undefined;
  const { href, pathname } = new URL(specifier, url);
  const asset = pathname.endsWith('/') ? undefined : toModuleUrl(href);
  return asset && pathOf(asset);
}

/** The specifiers in `require('specifier')`, also those in comments and strings. */
export function requires(source: string): string[] {
  return [...source.matchAll(/\brequire\s*\(\s*(['"`])([^'"`\\\n$]+)\1\s*\)/g)].map(
    ([, , name = '']) => name,
  );
}

/** The line of `require('specifier')`, counted from 1. */
export function requireLine(source: string, specifier: string): number | undefined {
  const quoted = specifier.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  const at = source.search(new RegExp(`\\brequire\\s*\\(\\s*(['"\`])${quoted}\\1`));
  return at === -1 ? undefined : lineCounter(source)(at);
}

/** The scans of all source files of a run. A file is scanned again only after a save. */
export class ScanCache {
  readonly #scans = new Map<string, { stamp: Stamp | undefined; scan: readonly Reference[] }>();

  of(path: string): readonly Reference[] {
    const stamp = stampFile(path);
    const known = this.#scans.get(path);
    if (known && sameStat(known.stamp, stamp)) return known.scan;
    const found = stamp && stamp.size <= MAX_SOURCE ? scan(path, textOf(path) ?? '') : [];
    this.#scans.set(path, { stamp, scan: found });
    return found;
  }

  /** The line on which a module outside packages imports, requires or names a specifier, counted from 1. */
  lineOf(from: ModuleUrl | undefined, specifier: string | undefined): number | undefined {
    const path = from && pathOf(from);
    if (path === undefined || specifier === undefined || isInPackage(path)) return undefined;
    const references = this.of(path).filter((reference) => reference.specifier === specifier);
    const found = references.find(({ kind }) => kind !== 'asset') ?? references[0];
    return found?.line ?? requireLine(textOf(path) ?? '', specifier);
  }

  /** Forgets the files for which `isKept` is false. */
  retain(isKept: (path: string) => boolean): void {
    for (const path of this.#scans.keys()) if (!isKept(path)) this.#scans.delete(path);
  }
}

function kindOf(found: Import): Reference['kind'] | undefined {
  if (found.type === 'import-meta') return 'asset';
  if (found.type === 'dynamic') return found.glob || found.probablyTypeOnly ? undefined : 'dynamic';
  return found.typeOnly ? 'type' : 'static';
}

function assetOf(found: Import, source: string): string | undefined {
  if (!AFTER_META.test(source.slice(found.end, found.end + MAX_EXPRESSION))) return undefined;
  const before = source.slice(Math.max(0, found.start - MAX_EXPRESSION), found.start);
  const [, single, double, template] = BEFORE_META.exec(before) ?? [];
  const url = single ?? double ?? template;
  return url !== undefined && /^\.{0,2}\/|^[^/:]+$/.test(url) ? url : undefined;
}

/** Returns a function that gives the line of a position. Fast as long as the positions mostly increase. */
function lineCounter(source: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    if (position < counted) [line, counted] = [1, 0];
    line += source.slice(counted, position).split('\n').length - 1;
    counted = position;
    return line;
  };
}
