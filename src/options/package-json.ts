// The options in package.json, under "autoreload", and on which line each is. Knows no option: values are read by
// options.ts.
import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Node, ParseError } from 'jsonc-parser';
import { problem } from './options.ts';
import type { Source } from './options.ts';

/** The key in package.json. */
const KEY = 'autoreload';

/** Where nothing is set. */
const NOTHING: Source = { values: {}, where: (name) => name };

/**
 * The options in the nearest package.json, from a folder upwards. None where there is no such file, or no key in it.
 *
 * @param cwd absolute path of the folder to begin with; messages name the file relative to it
 * @example
 * parseOptions(environment(process.env), await config(process.cwd())).options
 */
export async function config(cwd: string): Promise<Source> {
  const found = nearestPackage(cwd);
  if (found === undefined) return NOTHING;
  const { path, text } = found;
  const root = parsed(text);
  // Nearly always. What tells lines takes longer to load than all else here.
  if (isObject(root) && !Object.hasOwn(root, KEY)) return NOTHING;
  const { parseTree, printParseErrorCode } = await import('jsonc-parser');
  const file = relative(cwd, path).replaceAll('\\', '/');
  const line = (offset: number): string => `${file}:${text.slice(0, offset).split('\n').length}`;
  const errors: ParseError[] = [];
  // As npm and Node read it: strictly, but for a byte order mark.
  const property = propertyOf(parseTree(text, errors, { disallowComments: true }), KEY);
  const where = (name: string): string => {
    const own = propertyOf(property?.children?.[1], name);
    return `${own === undefined ? file : line(own.offset)} "${KEY}.${name}"`;
  };
  const source = { values: {}, where, isJson: true };
  if (!isObject(root)) {
    const [error] = errors;
    const what = error === undefined ? 'an object is expected' : inWords(printParseErrorCode(error.error));
    const message = `${line(error?.offset ?? 0)} is not valid JSON: ${what}. Correct it.`;
    return { ...source, problems: [problem(message)] };
  }
  const values = root[KEY];
  if (isObject(values)) return { ...source, values };
  const got = JSON.stringify(values);
  const message = `${line(property?.offset ?? 0)} "${KEY}" must be an object, got ${got}. Use { "grace": "2s" }.`;
  return { ...source, problems: [problem(message)] };
}

/** What a text says as JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The property of an object that has a name; of several the last one, whose value it is that counts. */
function propertyOf(node: Node | undefined, name: string): Node | undefined {
  return node?.children?.findLast(({ children }) => children?.[0]?.value === name);
}

/** The nearest package.json that can be read. */
function nearestPackage(from: string): { readonly path: string; readonly text: string } | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    try {
      return { path, text: fs.readFileSync(path, 'utf8').replace(/^\uFEFF/, '') };
    } catch {
      // Not there, or not ours to read: the next one upwards.
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** `CommaExpected` is "comma expected". */
function inWords(error: string): string {
  return error
    .replaceAll(/(?=[A-Z])/g, ' ')
    .trim()
    .toLowerCase();
}
