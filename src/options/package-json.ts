// Reads options from the nearest package.json, and finds the line of each. Knows no option.
import type * as Parser from 'jsonc-parser';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { attempt } from '../shared/attempt.cts';
import { PACKAGE_NAME } from '../shared/package-name.ts';
import { optionError } from './parse-options.ts';
import type { OptionSource } from './parse-options.ts';

const NO_OPTIONS: OptionSource = { values: {}, where: (name) => name };

const require = createRequire(import.meta.url);

/**
 * Returns the options under "autoreload" in the nearest package.json, from a folder upwards. A package.json without the key
 * sets nothing, and hides those above it.
 *
 * @param cwd absolute path of the folder to begin with; messages name the file relative to it
 */
export function readPackageJson(cwd: string): OptionSource {
  const found = nearestPackageJson(cwd);
  if (found === undefined) return NO_OPTIONS;
  const { path, text } = found;
  const file = relative(cwd, path).replaceAll('\\', '/');
  const root = attempt((): unknown => JSON.parse(text));
  if (!isObject(root)) return { ...NO_OPTIONS, problems: [optionError(syntaxProblem(file, text))] };
  const { [PACKAGE_NAME]: values = {} } = root;
  // Undefined: it is nested too deeply for everything that reads it.
  const json = attempt(() => JSON.stringify(values));
  if (isObject(values) && json !== undefined)
    return { values, isJson: true, where: (name) => placeOf(file, text, name) };
  const message = `${placeOf(file, text)} must be an object, got ${json ?? 'a value that is nested too deeply'}. Use { "grace": "2s" }.`;
  return { ...NO_OPTIONS, problems: [optionError(message)] };
}

/** Returns file, line and key of an option, or of all options. An option that is not in the file has no line. */
function placeOf(file: string, text: string, ...name: readonly string[]): string {
  const keys = [PACKAGE_NAME, ...name];
  // A value that is nested too deeply overflows the stack.
  let value = attempt(() => parser().parseTree(text));
  let property: Parser.Node | undefined;
  for (const key of keys) {
    // The last of several, as JSON.parse does.
    property = value?.children?.findLast(({ children }) => children?.[0]?.value === key);
    value = property?.children?.[1];
  }
  return `${property === undefined ? file : lineOf(file, text, property.offset)} "${keys.join('.')}"`;
}

/** Describes why a file is no JSON object. */
function syntaxProblem(file: string, text: string): string {
  const { parseTree, printParseErrorCode } = parser();
  const errors: Parser.ParseError[] = [];
  // Strict, as npm and Node are.
  attempt(() => parseTree(text, errors, { disallowComments: true }));
  const [first] = errors;
  // `CommaExpected` as "comma expected".
  const words =
    first &&
    printParseErrorCode(first.error)
      .replaceAll(/(?=[A-Z])/g, ' ')
      .trim()
      .toLowerCase();
  const what = words ?? 'an object is expected';
  return `${lineOf(file, text, first?.offset ?? 0)} is not valid JSON: ${what}. Correct it.`;
}

/** Returns the parser with positions. It takes longer to load than everything else at start, so only a mistake loads it. */
function parser(): typeof Parser {
  return require('jsonc-parser') as typeof Parser;
}

function lineOf(file: string, text: string, offset: number): string {
  return `${file}:${text.slice(0, offset).split('\n').length}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the nearest readable package.json, without a byte order mark. */
function nearestPackageJson(from: string): { readonly path: string; readonly text: string } | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    const text = attempt(() => fs.readFileSync(path, 'utf8'));
    if (text !== undefined) return { path, text: text.replace(/^\uFEFF/, '') };
    if (dirname(folder) === folder) return undefined;
  }
}
