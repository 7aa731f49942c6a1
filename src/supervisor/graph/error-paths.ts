// Finds the files that the text of an error names: those with a position, as compilers print them, and those in quotes, as in
// "Cannot find module './a'". Pure.
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt } from '../../shared/attempt.cts';
import { isInPackage } from '../../shared/module-url.ts';
import { isSource } from './source-scan.ts';

/** Maximum length of a text that is read (characters), and maximum number of names in it. */
const MAX_TEXT = 16_384;
const MAX_NAMES = 20;

/** A file with a position: `src/a.ts(1,20)`, `/app/a.js:3:1`, `file:///app/a.js:3`. */
const PLACE = /(?<=^|[\s(])((?:file:\/\/|[A-Za-z]:)?[^\s():]+\.\w+)(?=[(:]\d)/gm;

const QUOTED = /(['"`])([^'"`\n]+)\1/g;

/** What an error names. Paths are absolute, and outside packages. */
export interface Named {
  /** Files with a position. A path with a space may be cut off. */
  readonly places: readonly string[];
  /** Files in quotes. */
  readonly quoted: readonly string[];
  /** Relative specifiers in quotes. */
  readonly relative: readonly string[];
}

/** @param cwd folder that paths are relative to */
export function namedIn(text: string, cwd: string): Named {
  const head = text.slice(0, MAX_TEXT);
  const placed = [...head.matchAll(PLACE)].map(([, path = '']) => path);
  const quoted = [...head.matchAll(QUOTED)].map(([, , name = '']) => name);
  const own = (names: readonly string[]): string[] => {
    const paths = names.map((name) => pathIn(name, cwd)).filter((path) => path !== undefined);
    return [...new Set(paths)].filter((path) => !isInPackage(path)).slice(0, MAX_NAMES);
  };
  return {
    places: own(placed),
    quoted: own(quoted.filter(isFile)),
    relative: [...new Set(quoted)].filter((name) => /^\.{1,2}\//.test(name)).slice(0, MAX_NAMES),
  };
}

function isFile(name: string): boolean {
  return isAbsolute(name) || name.startsWith('file:') || (isSource(name) && !name.startsWith('.'));
}

function pathIn(name: string, cwd: string): string | undefined {
  return name.startsWith('file:') ? attempt(() => fileURLToPath(name)) : resolve(cwd, name);
}
