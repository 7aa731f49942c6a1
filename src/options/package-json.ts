// Reads options from the nearest package.json, and finds the line of each. Knows no option.
import type * as Parser from 'jsonc-parser';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
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
  const root = parsed(text);
  if (!isObject(root)) return { ...NO_OPTIONS, problems: [optionError(syntaxProblem(file, text))] };
  if (!Object.hasOwn(root, PACKAGE_NAME)) return NO_OPTIONS;
  const values = root[PACKAGE_NAME];
  if (isObject(values)) return { values, isJson: true, where: (name) => placeOf(file, text, name) };
  const got = JSON.stringify(values);
  const message = `${placeOf(file, text)} must be an object, got ${got}. Use { "grace": "2s" }.`;
  return { ...NO_OPTIONS, problems: [optionError(message)] };
}

/** Returns file, line and key of an option, or of all options. An option that is not in the file has no line. */
function placeOf(file: string, text: string, name?: string): string {
  const all = propertyOf(tree(text).root, PACKAGE_NAME);
  const property = name === undefined ? all : propertyOf(all?.children?.[1], name);
  const key = name === undefined ? PACKAGE_NAME : `${PACKAGE_NAME}.${name}`;
  return `${property === undefined ? file : lineOf(file, text, property.offset)} "${key}"`;
}

/** Describes why a file is no JSON object. */
function syntaxProblem(file: string, text: string): string {
  const { error, offset } = tree(text);
  return `${lineOf(file, text, offset)} is not valid JSON: ${error}. Correct it.`;
}

/**
 * Parses with positions. The parser takes longer to load than everything else at start, so only a mistake loads it.
 */
function tree(text: string): { root: Parser.Node | undefined; error: string; offset: number } {
  const { parseTree, printParseErrorCode } = require('jsonc-parser') as typeof Parser;
  const errors: Parser.ParseError[] = [];
  // Strict, as npm and Node are.
  const root = parseTree(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return { root, error: 'an object is expected', offset: 0 };
  // `CommaExpected` as "comma expected".
  const error = printParseErrorCode(first.error).replaceAll(/(?=[A-Z])/g, ' ');
  return { root, error: error.trim().toLowerCase(), offset: first.offset };
}

function lineOf(file: string, text: string, offset: number): string {
  return `${file}:${text.slice(0, offset).split('\n').length}`;
}

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

/** Returns the property with a name; the last of several, as JSON.parse does. */
function propertyOf(node: Parser.Node | undefined, name: string): Parser.Node | undefined {
  return node?.children?.findLast(({ children }) => children?.[0]?.value === name);
}

/** Returns the nearest readable package.json, without a byte order mark. */
function nearestPackageJson(from: string): { readonly path: string; readonly text: string } | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    try {
      return { path, text: fs.readFileSync(path, 'utf8').replace(/^\uFEFF/, '') };
    } catch {
      // Missing or unreadable: the next folder upwards.
    }
    if (dirname(folder) === folder) return undefined;
  }
}
