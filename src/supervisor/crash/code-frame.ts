// Finds the source locations that an error names, and formats the lines around one. Pure, except for the given function that
// reads files.
import type { CodeFrame } from '../../shared/crash-report.ts';
import { pathOf, toModuleUrl } from '../../shared/module-url.ts';
import { safeText } from '../util/safe-text.ts';

/** Number of lines before and after the line of the error. */
const AROUND = 3;

/** Maximum number of characters in a line. Bundlers write longer lines. */
const WIDTH = 160;

/** Number of lines at the start of a syntax error that contain the arrow. TypeScript prints one line more than Node. */
const ARROW_LINES = 5;

/** A location in a file, as an error names it. */
export type SourceLocation = Omit<CodeFrame, 'code'>;

/**
 * The lines around the first of some locations that has a line in a file.
 *
 * @param read returns the text of a file that may be shown
 */
export function codeFrameOf(
  locations: readonly (SourceLocation | undefined)[],
  read: (path: string) => string | undefined,
): CodeFrame | undefined {
  for (const location of locations) {
    const frame = location && codeFrameAt(location, read(location.path)?.split(/\r?\n/) ?? []);
    if (frame) return frame;
  }
  return undefined;
}

function codeFrameAt(
  { path, line, column }: SourceLocation,
  lines: readonly string[],
): CodeFrame | undefined {
  if (lines[line - 1] === undefined) return undefined;
  const from = column !== undefined && column > WIDTH ? column - WIDTH / 2 : 0;
  const first = Math.max(0, line - 1 - AROUND);
  const last = Math.min(lines.length, line + AROUND);
  const digits = String(last).length;
  const code = lines.slice(first, last).flatMap((text, index) => {
    const number = first + index + 1;
    const shown = text.slice(from, from + WIDTH);
    const row = `${number === line ? '>' : ' '} ${String(number).padStart(digits)} | ${shown}`;
    if (number !== line || column === undefined) return [row.trimEnd()];
    return [row.trimEnd(), `  ${' '.repeat(digits)} | ${indent(shown.slice(0, column - from - 1))}^`];
  });
  return { path, line, column, code: safeText(code.join('\n')) };
}

/** Spaces as wide as a text. Tabs stay, since their width is unknown. */
function indent(text: string): string {
  return text.replaceAll(/[^\t]/g, ' ');
}

/** The location at the start of an error, above the line and an arrow: Node prints syntax errors in this form. */
export function leadingLocation(error: string): SourceLocation | undefined {
  const [first = '', ...lines] = error.split(/\r?\n/, ARROW_LINES);
  const arrow = lines.find((line) => /^\s*\^+\s*$/.test(line));
  return locationIn(first, arrow === undefined ? undefined : arrow.indexOf('^') + 1);
}

/** The locations that an error names, in order: at its start, and in its stack. */
export function* locationsIn(error: string): Generator<SourceLocation | undefined> {
  yield leadingLocation(error);
  for (const line of error.split('\n')) {
    const [, compiled = ''] = /^(.+:\d+:\d+): (?:error|ERROR)\b/.exec(line) ?? [];
    const [, frame = ''] = /^\s+at (?:async )?(.+)$/.exec(line) ?? [];
    // A path may contain parentheses.
    const [, inner = ''] = /^.*? \((.+)\)$/.exec(frame) ?? [];
    for (const text of [compiled, inner, frame]) yield locationIn(text);
  }
}

function locationIn(text: string, column?: number): SourceLocation | undefined {
  const [, file = '', line, at] = /^(.+?):(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (line === undefined) return undefined;
  const url = toModuleUrl(file);
  const path = url ? pathOf(url) : file;
  if (path === undefined) return undefined;
  return { path, line: Number(line), column: at === undefined ? column : Number(at) };
}
