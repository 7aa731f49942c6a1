// The wording of every line that the user sees. Pure.
import type { Place } from '../changes/program-files.ts';
import { display, duration } from '../util/format.ts';
import type { Change, Ended, Line } from '../lifecycle/state.ts';
import type { Unreported } from '../watch/network-fs.ts';

/** A chain of imports with more files than this is shortened. */
const MAX_CHAIN = 5;

/** What is said once to who types something else than what restarts the program. */
export const OTHER_INPUT = 'to restart, press Enter or type rs';

/** What a line may have to name. */
export interface Context {
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  /** Any command instead of an entry: its name, and how it would be typed. */
  readonly command?: { readonly name: string; readonly text: string } | undefined;
  /** How many files the current run has loaded. */
  readonly files: number;
  /** What the run looked for last and did not find. */
  readonly missing: string | undefined;
  readonly grace: number;
  /** It is time to say what the user may press. */
  readonly mayPress: boolean;
  /** The program was told to end, and finishes its responses first. */
  readonly isDraining: boolean;
  /** The shortest chain of imports from the entry to a file. */
  readonly chain: (path: string) => readonly string[];
}

/** The text of a line, without prefix and colour. */
export function wording(line: Line, context: Context): string {
  const name = context.command?.name ?? display(context.entry, context.cwd);
  switch (line.kind) {
    case 'up':
      // When it is ready nobody can tell.
      if (context.command)
        return `started: ${context.command.text}, watching ${count(context.files, 'file')}`;
      return `${name} is up in ${duration(line.ms)}, watching ${count(context.files, 'file')}${context.mayPress ? ', press Enter to restart' : ''}`;
    case 'restarting':
      return `${changed(line.change, context)}, restarting`;
    case 'requested':
      return `restart requested${line.message === undefined ? '' : ` (${line.message})`}, restarting`;
    case 'unanswered':
      return `${name} did not say within 1 s what to do about the change`;
    case 'taken':
      return `${changed(line.change, context)}, dealt with by ${name}`;
    case 'again':
      return `${name} ${outcome(line.ended)}, ${line.ended.code === 0 ? 'running it again' : 'trying again'}${line.delay > 0 ? ` in ${duration(line.delay)}` : ''}`;
    case 'asked':
      return `${name} asked for a restart (exit code 75), restarting${line.delay > 0 ? ` in ${duration(line.delay)}` : ''}`;
    case 'waiting':
      return `${name} ${outcome(line.ended)}, waiting for ${awaited(context, line.ended)}${context.mayPress ? ', or press Enter' : ''}`;
    case 'slow':
      if (context.isDraining)
        return `${name} still answers requests, waiting for it at most ${duration(context.grace)}`;
      return `${name} is ending in its own time, waiting for it at most ${duration(context.grace)}`;
    case 'forcing':
      return `${name} did not end within ${duration(context.grace)}, killing it`;
    case 'patience':
      return `waiting for ${name} to end, ${line.signal === 'SIGINT' ? 'press Ctrl-C' : `send ${line.signal}`} again to force it`;
    case 'leaving':
      return `${name} ${outcome(line.ended)}, ending`;
  }
}

/** Why a file is part of the program: `why: app.js:3 > routes.js:12 > db.js`, `why: page.html (--watch src)`. */
export function explanation(chain: readonly Place[], cwd: string): string {
  const places = chain.map(([path, what]) => {
    if (typeof what === 'object')
      return `${display(path, cwd)} (${what.by === 'option' ? `--watch ${what.text}` : 'tracked'})`;
    return display(path, cwd) + (what === undefined ? '' : `:${what}`);
  });
  return `why: ${places.join(' > ')}`;
}

/** What is said of files that are polled because of where they are. */
export function unreportedText({ fileSystem, folder, interval }: Unreported, cwd: string): string {
  return (
    `${display(folder, cwd)} is on ${fileSystem}, which does not report every change: ` +
    `polling its files every ${duration(interval)}. For another interval set AUTORELOAD_POLL`
  );
}

function changed({ files }: Change, context: Context): string {
  const [first] = files;
  if (!first) return 'files changed and changed back';
  const chain = context.chain(first.path).map((path) => display(path, context.cwd));
  const why = chain.length > 1 ? ` (${shortened(chain).join(' > ')})` : '';
  const others = files.length > 1 ? `, and ${files.length - 1} more` : '';
  return `${display(first.path, context.cwd)} ${first.how}${why}${others}`;
}

/** A long chain without its middle. */
function shortened(chain: readonly string[]): readonly string[] {
  return chain.length <= MAX_CHAIN ? chain : [...chain.slice(0, 2), '...', ...chain.slice(-2)];
}

/** How a run ended, in words. */
export function outcome({ code, signal }: Ended): string {
  if (signal) return `was ended by ${signal}`;
  return code === 0 ? 'completed' : `failed with exit code ${code}`;
}

function awaited({ missing, files, cwd }: Context, { code }: Ended): string {
  const change = `a change in ${count(files, 'file')}`;
  if (missing === undefined || code === 0) return change;
  return files > 0 ? `${display(missing, cwd)} or ${change}` : display(missing, cwd);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
