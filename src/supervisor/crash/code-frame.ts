// Which lines of the program an error is about, and those lines. Pure but for the function that it is given to read with.
import { stripVTControlCharacters } from 'node:util';
import type { CodeFrame } from '../../shared/crash-report.ts';
import { pathOf, toModuleUrl } from '../../shared/module-url.ts';

/** Lines before and after the one that is meant. */
const AROUND = 3;

/** A longer line, as a bundler writes it, is cut. */
const WIDTH = 160;

/** The arrow below the line of a syntax error is among the first of its lines; TypeScript has the line before, too. */
const ARROW_LINES = 5;

/** What may be shown. */
export interface Sources {
  /** Whether a file is one that the program has loaded, and the user's own. */
  readonly isShown: (path: string) => boolean;
  readonly read: (path: string) => string | undefined;
  /** How a path is written. */
  readonly display: (path: string) => string;
}

/** A place in a file, as an error names it. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number | undefined;
}

/** The lines of the program that an error is about, where it names a file of the user's. */
export function codeFrame(error: string, sources: Sources): CodeFrame | undefined {
  for (const place of places(error)) {
    const frame = place && sources.isShown(place.path) ? frameAt(place, sources) : undefined;
    if (frame) return frame;
  }
  return undefined;
}

/** The lines around a place. */
export function frameAt({ path, line, column }: Place, { read, display }: Sources): CodeFrame | undefined {
  const lines = read(path)?.split(/\r?\n/);
  const meant = lines?.[line - 1];
  if (!lines || meant === undefined) return undefined;
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
  return { path: display(path), line, column, code: stripVTControlCharacters(code.join('\n')) };
}

/** As wide as a text: a tab is as wide as a tab. */
function indent(text: string): string {
  return text.replaceAll(/[^\t]/g, ' ');
}

/** The place in front of an error, with the line and an arrow below it: that is how Node puts a syntax error. */
export function leadingPlace(error: string): Place | undefined {
  const [first = '', ...lines] = error.split(/\r?\n/, ARROW_LINES);
  const arrow = lines.find((line) => /^\s*\^+\s*$/.test(line));
  return placeIn(first, arrow === undefined ? undefined : arrow.indexOf('^') + 1);
}

/** The places that an error names, in order: in front of it, and in its stack. */
function* places(error: string): Generator<Place | undefined> {
  yield leadingPlace(error);
  for (const line of error.split('\n')) {
    const [, compiled] = /^(.+:\d+:\d+): (?:error|ERROR)\b/.exec(line) ?? [];
    if (compiled !== undefined) yield placeIn(compiled);
    const [, frame] = /^\s+at (?:async )?(.+)$/.exec(line) ?? [];
    if (frame === undefined) continue;
    // A path may hold parentheses itself.
    const [, inner] = /^.*? \((.+)\)$/.exec(frame) ?? [];
    if (inner !== undefined) yield placeIn(inner);
    yield placeIn(frame);
  }
}

function placeIn(text: string, column?: number): Place | undefined {
  const [, place = '', line, at] = /^(.+?):(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (line === undefined) return undefined;
  const url = toModuleUrl(place);
  const path = url ? pathOf(url) : place;
  if (path === undefined) return undefined;
  return { path, line: Number(line), column: at === undefined ? column : Number(at) };
}
