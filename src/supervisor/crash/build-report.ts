// Puts together what is told while the program is down. Pure but for the function that it is given to read with. Says
// nothing but what has ended, why, and what is waited for.
import { parse, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { Report } from '../../shared/crash-report.ts';
import { isInPackage } from '../../shared/module-url.ts';
import { codeFrame, frameAt } from './code-frame.ts';
import type { Place, Sources } from './code-frame.ts';
import { display } from '../util/format.ts';
import { outcome } from '../output/messages.ts';
import type { Ended } from '../lifecycle/state.ts';

/** More files than these are only counted. */
const MAX_FILES = 50;

/** What is known of a program that is down. */
export interface Downfall {
  readonly ended: Ended;
  /** What the error said that ended it, if one did. */
  readonly error: string | undefined;
  /** Where the error is, when it does not say so itself. */
  readonly place?: Place | undefined;
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  /** What the run looked for last and did not find. */
  readonly missing: string | undefined;
  /** Absolute paths of the files that the run has loaded. */
  readonly modules: readonly string[];
  readonly read: (path: string) => string | undefined;
}

/** What is told of it. */
export function reportOf(downfall: Downfall): Report {
  const { ended, cwd, entry, missing, modules, read } = downfall;
  const failed = ended.code !== 0;
  const error = failed && downfall.error !== undefined ? downfall.error : undefined;
  const own = modules.filter((path) => !isInPackage(path));
  const files = [...(failed && missing !== undefined ? [missing] : []), ...own];
  const shown = new Set(own);
  const sources: Sources = {
    isShown: (path) => shown.has(path),
    read,
    display: (path) => display(path, cwd),
  };
  const found = error === undefined ? undefined : codeFrame(error, sources);
  const place = downfall.place && shown.has(downfall.place.path) ? downfall.place : undefined;
  const name = display(entry, cwd);
  return {
    title: failed ? `${name} ${outcome(ended)}` : `${name} has ended with exit code 0`,
    error: error === undefined ? undefined : shortened(stripVTControlCharacters(error), cwd),
    frame: place ? (frameAt(place, sources) ?? found) : found,
    waitingFor: files.slice(0, MAX_FILES).map((path) => display(path, cwd)),
    others: Math.max(0, files.length - MAX_FILES) + modules.length - own.length,
  };
}

/** A text with the paths below the working directory relative to it. */
function shortened(text: string, cwd: string): string {
  if (cwd === parse(cwd).root) return text;
  const prefixes = [`${pathToFileURL(cwd).href}/`, cwd + sep];
  const pattern = prefixes.map((prefix) => prefix.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|');
  return text.replaceAll(new RegExp(String.raw`(?<![\w.\-/\\])(?:${pattern})`, 'g'), '');
}
