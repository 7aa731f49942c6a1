// What a module's source says, without running it. The only file that knows es-module-lexer.
import { init, parse } from 'es-module-lexer';
import { extname } from 'node:path';

const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs']);

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
 * The specifiers that a JavaScript module imports statically, whether or not they have been reached.
 *
 * @returns none when the source cannot be read that far
 */
export function staticImports(path: string, source: string): string[] {
  if (!JAVASCRIPT.has(extname(path))) return [];
  try {
    const [imports] = parse(source);
    return imports.flatMap((found) =>
      found.type === 'static' || found.type === 'reexport-star' ? [found.specifier] : [],
    );
  } catch {
    return [];
  }
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
