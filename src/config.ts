// The options in package.json, under "autoreload", and on which line each is. Knows no option: values are read by
// options.ts.
import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { problem } from './options.ts';
import type { Source } from './options.ts';

/** The key in package.json. */
const KEY = 'autoreload';

/**
 * The options in the nearest package.json, from a folder upwards. None where there is no such file, or no key in it.
 *
 * @param cwd absolute path of the folder to begin with; messages name the file relative to it
 * @example
 * parseOptions(environment(process.env), config(process.cwd())).options
 */
export function config(cwd: string): Source {
  const found = nearestPackage(cwd);
  if (found === undefined) return { values: {}, where: (name) => name };
  const { path, text } = found;
  const file = relative(cwd, path).replaceAll('\\', '/');
  const errors: ParseError[] = [];
  // As npm and Node read it: strictly, but for a byte order mark.
  const root = parseTree(text, errors, { disallowComments: true });
  const line = (offset: number): string => `${file}:${text.slice(0, offset).split('\n').length}`;
  const node = root && findNodeAtLocation(root, [KEY]);
  const where = (name: string): string => {
    const value = node && findNodeAtLocation(node, [name]);
    return `${value === undefined ? file : line(placeOf(value))} "${KEY}.${name}"`;
  };
  const source = { values: {}, where, isJson: true };
  const [error] = errors;
  if (error !== undefined || root?.type !== 'object') {
    const what = error === undefined ? 'an object is expected' : inWords(error);
    const message = `${line(error?.offset ?? 0)} is not valid JSON: ${what}. Correct it.`;
    return { ...source, problems: [problem(message)] };
  }
  if (node === undefined) return source;
  if (node.type !== 'object') {
    const got = text.slice(node.offset, node.offset + node.length).replaceAll(/\s+/g, ' ');
    const message = `${line(placeOf(node))} "${KEY}" must be an object, got ${got}. Use { "grace": "2s" }.`;
    return { ...source, problems: [problem(message)] };
  }
  const values = (JSON.parse(text) as { [KEY]: Record<string, unknown> })[KEY];
  return { ...source, values };
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

/** Where the key of a value begins. */
function placeOf(value: Node): number {
  return value.parent?.offset ?? value.offset;
}

/** `CommaExpected` is "comma expected". */
function inWords({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?=[A-Z])/g, ' ')
    .trim()
    .toLowerCase();
}
