// Builds the crash report: which program is down, why, and which changes restart it. Pure, except for the given function that
// reads files.
import { parse, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Report } from '../../shared/crash-report.ts';
import { isInPackage } from '../../shared/module-url.ts';
import { codeFrameOf, locationsIn } from './code-frame.ts';
import type { SourceLocation } from './code-frame.ts';
import { display } from '../util/paths.ts';
import { safeLine, safeText } from '../util/safe-text.ts';
import { outcome } from '../output/messages.ts';
import type { Ended } from '../lifecycle/state.ts';
import type { Program } from '../program/program.ts';

/** Maximum number of files in a report. */
const MAX_FILES = 50;

/** A program that is down. */
export interface Crash {
  readonly ended: Ended;
  /** Text of the error that ended it, if it is known. */
  readonly error: string | undefined;
  /** Location of an error that does not contain it. */
  readonly location?: SourceLocation | undefined;
  readonly program: Pick<Program, 'cwd' | 'entry'>;
  /** Absolute path of the file that the run looked for last and did not find. */
  readonly missing: string | undefined;
  /** Absolute paths of the files that the run has loaded. */
  readonly modules: readonly string[];
  readonly read: (path: string) => string | undefined;
}

/** The report on a program that is down. */
export function buildReport(crash: Crash): Report {
  const { ended, missing, modules } = crash;
  const { cwd, entry } = crash.program;
  const failed = ended.code !== 0;
  const error = failed ? crash.error : undefined;
  const own = modules.filter((path) => !isInPackage(path));
  const files = [...(failed && missing !== undefined ? [missing] : []), ...own];
  const read = (path: string): string | undefined => (own.includes(path) ? crash.read(path) : undefined);
  const frame = codeFrameOf([crash.location, ...locationsIn(error ?? '')], read);
  const name = (path: string): string => safeLine(display(path, cwd));
  return {
    title: failed ? `${name(entry)} ${outcome(ended)}` : `${name(entry)} has ended with exit code 0`,
    error: error === undefined ? undefined : withRelativePaths(safeText(error), cwd),
    frame: frame && { ...frame, path: name(frame.path) },
    waitingFor: files.slice(0, MAX_FILES).map(name),
    others: Math.max(0, files.length - MAX_FILES) + modules.length - own.length,
  };
}

/** Makes the paths below the working directory relative to it. */
function withRelativePaths(text: string, cwd: string): string {
  if (cwd === parse(cwd).root) return text;
  const prefixes = [`${pathToFileURL(cwd).href}/`, cwd + sep];
  const pattern = prefixes.map((prefix) => prefix.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|');
  return text.replaceAll(new RegExp(String.raw`(?<![\w.\-/\\])(?:${pattern})`, 'g'), '');
}
