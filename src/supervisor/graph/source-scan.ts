// What a module's source says, without running it. The only file that knows es-module-lexer.
import { init, parse } from 'es-module-lexer';
import type { Import } from 'es-module-lexer';
import { extname } from 'node:path';

/** An import that a source names literally. */
export interface ScannedImport {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
  readonly kind: 'static' | 'dynamic';
}

/** What stands in `new URL('…', import.meta.url)`: a relative URL. */
export type ScannedAsset = Omit<ScannedImport, 'kind'>;

/** What a source names. */
export interface Scan {
  readonly imports: readonly ScannedImport[];
  readonly assets: readonly ScannedAsset[];
}

const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs']);
const TYPESCRIPT = new Set(['.ts', '.mts', '.cts', '.tsx', '.jsx']);

/** Whether a file holds TypeScript or JSX, which a loader compiles. */
export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.has(extname(path));
}

/** Whether a file holds source code, as its name says. */
export function isSource(path: string): boolean {
  return JAVASCRIPT.has(extname(path)) || isTypeScript(path);
}

const NOTHING: Scan = { imports: [], assets: [] };

/** What comes before and after `import.meta` in `new URL('…', import.meta.url)`, on however many lines. */
const BEFORE_META = /\bnew\s+URL\s*\(\s*(?:'([^'\\\n]+)'|"([^"\\\n]+)"|`([^`\\$]+)`)\s*,\s*$/;
const AFTER_META = /^\s*\.\s*url\s*,?\s*\)/;

/** As far back as the beginning of such an expression is looked for. */
const MAX_EXPRESSION = 1000;

/** Loads the lexer. */
export async function loadLexer(): Promise<void> {
  await init();
}

/**
 * Whether a source looks cut off, as a file does while it is being written: JSON that does not parse, or JavaScript
 * with something left open. A mistake can look the same.
 *
 * @param path tells the language
 */
export function looksCutOff(path: string, source: string): boolean {
  const extension = extname(path);
  if (extension === '.json') return throws(() => JSON.parse(source));
  return JAVASCRIPT.has(extension) && throws(() => parse(source));
}

/**
 * What a module imports and which assets it names, whether or not that has been reached. `require` is not seen.
 *
 * @param path tells the language
 * @returns nothing when the source cannot be read
 */
export function scan(path: string, source: string): Scan {
  if (!isSource(path)) return NOTHING;
  try {
    const [found] = parse(source);
    const lineAt = lineCounter(source);
    const imports = found.flatMap((one) => {
      const kind = kindOf(one);
      return kind && one.specifier ? [{ specifier: one.specifier, line: lineAt(one.importStart), kind }] : [];
    });
    const assets = found.flatMap((one) => {
      const specifier = assetOf(one, source);
      return specifier === undefined ? [] : [{ specifier, line: lineAt(one.start) }];
    });
    return { imports, assets };
  } catch {
    return NOTHING;
  }
}

/** The line of a `require` of a specifier, or undefined when there is none. */
export function requireLine(source: string, specifier: string): number | undefined {
  const quoted = specifier.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  const at = source.search(new RegExp(`\\brequire\\s*\\(\\s*(['"\`])${quoted}\\1`));
  return at === -1 ? undefined : lineCounter(source)(at);
}

function kindOf(found: Import): ScannedImport['kind'] | undefined {
  if (found.type === 'import-meta') return undefined;
  if (found.type === 'dynamic') return found.glob || found.probablyTypeOnly ? undefined : 'dynamic';
  return found.typeOnly ? undefined : 'static';
}

function assetOf(found: Import, source: string): string | undefined {
  if (found.type !== 'import-meta' || !AFTER_META.test(source.slice(found.end, found.end + MAX_EXPRESSION)))
    return undefined;
  const before = source.slice(Math.max(0, found.start - MAX_EXPRESSION), found.start);
  const [, single, double, template] = BEFORE_META.exec(before) ?? [];
  const url = single ?? double ?? template;
  return url !== undefined && /^\.{0,2}\/|^[^/:]+$/.test(url) ? url : undefined;
}

/** Gives the line of a position; positions must not decrease much, or it takes longer. */
function lineCounter(source: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    if (position < counted) {
      line = 1;
      counted = 0;
    }
    for (
      let at = source.indexOf('\n', counted);
      at !== -1 && at < position;
      at = source.indexOf('\n', counted)
    ) {
      line++;
      counted = at + 1;
    }
    return line;
  };
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
