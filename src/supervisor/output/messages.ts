// Words the lines about the life cycle. Pure. A problem is worded where it is found.
import type { ChainLink } from '../changes/program-graph.ts';
import type { ProgramWatcher } from '../changes/program-watcher.ts';
import { shown } from '../program/command-program.ts';
import type { Program } from '../program/program.ts';
import { realPath } from '../../shared/paths.cts';
import { display, duration } from '../util/paths.ts';
import { EXIT_RESTART } from '../lifecycle/state.ts';
import type { Change, Ended, Line } from '../lifecycle/state.ts';
import type { Unreported } from '../watch/network-fs.ts';

/** Maximum number of files in a chain of imports; a longer chain is printed without its middle. */
const MAX_CHAIN = 5;

/** Maximum number of addresses in the line about a program that is up. */
const MAX_ADDRESSES = 3;

/** Maximum length of a command line that names the program. */
const MAX_LABEL = 40;

/** Printed once, after input that is not a restart command. */
export const UNKNOWN_INPUT = 'press Enter or type rs to restart';

/** Printed once for a program that jiti runs. */
export const JITI_LIMITS =
  'jiti loads modules by itself: those that a literal path in an import or require leads to are watched, name others with --watch';

/** Printed while no run can start, because the working directory is missing; without a `cwd`, because our own files are. */
export function missingText(cwd: string | undefined): string {
  if (cwd !== undefined) return `the working directory ${cwd} is missing, waiting for it`;
  return 'the files of autoreload are missing, waiting until they are installed';
}

/** Facts that a line may mention. */
export interface Context {
  readonly program: Program;
  /** The watched files; undefined until files are watched. */
  readonly watcher: ProgramWatcher | undefined;
  /** Grace period (ms). */
  readonly grace: number;
  /** Whether the line mentions the restart key. */
  readonly mayPress: boolean;
  /** Whether the program is finishing in-flight requests before its stop signal. */
  readonly isDraining: boolean;
  /** Whether the run before still serves. */
  readonly isServed: boolean;
  /** Whether the program reads the terminal on which the line would appear. */
  readonly isPrompting: boolean;
  /** Where the program listens, as far as it is known. */
  readonly addresses: readonly string[];
}

/** Returns the text of a line, without prefix and color. */
export function wording(line: Line, context: Context): string {
  const { program, watcher, grace, mayPress, isDraining, isServed, addresses } = context;
  const name =
    program.kind === 'command' ? shown(program, MAX_LABEL) : display(namesake(program.entry), program.cwd);
  const files = count(watcher?.files.count ?? 0, 'file');
  switch (line.kind) {
    case 'up':
      // Only the command itself knows when it is ready.
      if (program.kind === 'command') return `started: ${shown(program)}, watching ${files}`;
      return `${name} is up in ${duration(line.ms)}${listening(addresses)}, watching ${files}${watcher?.files.hasOwn === false ? ', none of them in your project' : ''}${mayPress ? ', press Enter to restart' : ''}`;
    case 'loading':
      return `${name} is still loading after ${duration(line.ms)}, watching ${files}`;
    case 'restarting':
      return `${changed(line.change, context)}, restarting`;
    case 'requested':
      return `restart requested${line.message === undefined ? '' : ` (${line.message})`}, restarting`;
    case 'unanswered':
      return `onChange() in ${name} did not answer within 1 s`;
    case 'handled':
      return `${changed(line.change, context)}, handled by ${name}, no restart`;
    case 'rerun':
      return `${name} ${outcome(line.ended)}, ${line.ended.code === 0 ? 'restarting' : 'retrying'}${delayed(line.delay)}`;
    case 'exit75':
      return `${name} asked for a restart (exit code ${EXIT_RESTART}), restarting${delayed(line.delay)}`;
    case 'waiting':
      return `${name} ${outcome(line.ended)}${isServed ? ', the run before goes on' : ''}, waiting for ${awaited(context, line.ended)}${mayPress ? ', or press Enter' : ''}`;
    case 'overdue':
      return `waiting up to ${duration(grace)} for ${name} to ${isDraining ? 'finish in-flight requests' : 'exit'}`;
    case 'killing':
      return `${name} did not exit within ${duration(grace)}, killing it`;
    case 'killHint':
      return `waiting for ${name} to exit, ${howToKill(line.signal)} to kill it`;
    case 'exiting':
      return `${name} ${outcome(line.ended)}, exiting`;
  }
}

/** The path by which a program is named: the file behind the shim of a package manager. */
function namesake(entry: string): string {
  return /[\\/]node_modules[\\/]\.bin[\\/]/.test(entry) ? realPath(entry) : entry;
}

/** Whether a line reports that the program failed. */
export function isFailure(line: Line): boolean {
  return 'ended' in line && line.ended.code !== 0;
}

/**
 * Explains why a file counts, each importing file with its line: `why: app.js:3 > routes.js:12 > db.js`,
 * `why: page.html (--watch src)`.
 */
export function explanation(chain: readonly ChainLink[], cwd: string): string {
  const places = chain.map(([path, reason]) => {
    if (typeof reason === 'object')
      return `${display(path, cwd)} (${reason.by === 'option' ? `--watch ${reason.text}` : 'tracked'})`;
    if (reason === 'resolved') return `${display(path, cwd)} (only resolved)`;
    return display(path, cwd) + (reason === undefined ? '' : `:${reason}`);
  });
  return `why: ${places.join(' > ')}`;
}

/** Explains why the program stops without a signal. */
export function timeoutText(ms: number): string {
  return `stopping after ${duration(ms)} (--timeout)`;
}

/** Explains why files are polled although their folder could be watched. */
export function unreportedText({ fileSystem, folder, interval }: Unreported, cwd: string): string {
  return (
    `${display(folder, cwd)} is on ${fileSystem}, which does not report every change: ` +
    `polling its files every ${duration(interval)}. For another interval set AUTORELOAD_POLL`
  );
}

/** Says how a run ended. */
export function outcome({ code, signal }: Ended): string {
  if (signal) return `was killed by ${signal}`;
  return code === 0 ? 'completed' : `failed with exit code ${code}`;
}

function changed({ files }: Change, context: Context): string {
  const [first] = files;
  if (!first) return 'files changed and changed back';
  const importers = context.watcher?.graph.chain(first.path).slice(0, -1) ?? [];
  const others = files.length > 1 ? `, and ${files.length - 1} more` : '';
  return `${display(first.path, context.program.cwd)} ${first.how}${cause(first.path, importers, context)}${others}`;
}

function cause(path: string, importers: readonly string[], { program, watcher }: Context): string {
  if (importers.length === 0) return '';
  const names = importers.map((importer) => display(importer, program.cwd));
  const chain = names.length <= MAX_CHAIN ? names : [...names.slice(0, 2), '...', ...names.slice(-2)];
  return ` (${watcher?.graph.isImported(path) ? 'imported' : 'used'} by ${chain.join(' > ')})`;
}

function awaited({ program, watcher }: Context, { code }: Ended): string {
  const missing = watcher?.records.missing;
  const files = watcher?.files.count ?? 0;
  const change = `a change in ${count(files, 'file')}`;
  if (missing === undefined || code === 0) return change;
  const name = display(missing, program.cwd);
  return files > 0 ? `${name} or ${change}` : name;
}

/** A second SIGHUP kills nothing, as a terminal and its shell both send one. */
function howToKill(signal: NodeJS.Signals): string {
  if (signal === 'SIGINT') return 'press Ctrl-C again';
  return signal === 'SIGHUP' ? 'send SIGTERM' : `send ${signal} again`;
}

/** ` on http://localhost:3000`; the first addresses of many. */
function listening(addresses: readonly string[]): string {
  if (addresses.length === 0) return '';
  const more = addresses.length > MAX_ADDRESSES ? ', ...' : '';
  return ` on ${addresses.slice(0, MAX_ADDRESSES).join(', ')}${more}`;
}

function delayed(ms: number): string {
  return ms > 0 ? ` in ${duration(ms)}` : '';
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
