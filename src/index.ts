// The API for apps. Outside a supervised program it does nothing and costs next to nothing, so that it can stay in the code.
// One ES module without imports: a CommonJS one takes twice as long, and each built-in module 0.1 ms more where it is
// imported. Knows nothing of how a run is supervised.
import type {
  Bridge,
  BridgeChannel,
  ChangeHandler,
  BridgeRequest,
  RestartExitCode,
  RestartHandler,
  RestartReason,
} from './protocol/app-bridge.cts';

export type { Change, ChangeHandler, RestartHandler, RestartReason } from './protocol/app-bridge.cts';

const CHANNEL: BridgeChannel = 'autoreload.bridge';

const request: BridgeRequest = {};
process.getBuiltinModule('node:diagnostics_channel').channel(CHANNEL).publish(request);
const bridge: Bridge | undefined = request.bridge;

/** It goes with each piece of what is preserved. */
const MAX_KEY = 200;

/** What has been given to the program by {@link preserve}. */
const kept = new Map<string, object>();

/**
 * Exit code by which a program asks to be restarted at once (`EX_TEMPFAIL` of sysexits.h), supervised or not by this tool.
 *
 * @example
 * process.exit(EX_TEMPFAIL);
 */
export const EX_TEMPFAIL: RestartExitCode = 75;

/**
 * Whether a supervisor restarts this program when its files change. Worker threads and processes that the program has started
 * are supervised as well.
 *
 * @example
 * if (isSupervised) app.use(livereload());
 */
export const isSupervised: boolean = bridge !== undefined;

/**
 * The number of this run: 1 for the first, and when the program is not supervised.
 *
 * @example
 * if (generation === 1) openBrowser();
 */
export const generation: number = bridge?.generation ?? 1;

/**
 * Why this run was started, and which files have changed; undefined for the first run, and when the program is not supervised.
 *
 * @example
 * console.log(restartReason?.files.map(({ path, how }) => `${path} was ${how}`));
 */
export const restartReason: RestartReason | undefined = bridge?.reason;

/**
 * Lets more than modules count: the program restarts when one of these changes, is created or is removed. Need not exist yet.
 * In folders and globs, what `.gitignore` says and the usual folders (`node_modules`, `.git` ...) are left out.
 *
 * @param paths files, folders with all below them, globs; relative to the working directory. Or `file:` URLs.
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT`, if one is neither a text nor a `file:` URL
 * @example
 * track('config.yaml', 'templates', 'locales/*.json', new URL('./schema.sql', import.meta.url));
 */
export function track(...paths: readonly (string | URL)[]): void {
  for (const text of paths.map((path) => textOf(path, 'track'))) bridge?.track(text, process.cwd(), true);
}

/**
 * Takes back what {@link track} was told, with the same text or URL. Modules count on.
 *
 * @param paths as for {@link track}
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT`, if one is neither a text nor a `file:` URL
 * @example
 * untrack('config.yaml');
 */
export function untrack(...paths: readonly (string | URL)[]): void {
  for (const text of paths.map((path) => textOf(path, 'untrack'))) bridge?.track(text, process.cwd(), false);
}

/**
 * Calls a function before the program is restarted, for what is to be cleaned up. What it returns is awaited, one handler after
 * the other, the last registered first, within the grace period (5 s, less 1 s). The stop signal comes after it. Not called when
 * the program ends for good or fails.
 *
 * @param handler is given why the program restarts
 * @returns what takes the handler away again
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT`, if it is no function
 * @example
 * onRestart(async ({ files }) => {
 *   await database.close();
 * });
 */
export function onRestart(handler: RestartHandler): () => void {
  checkFunction(handler, 'onRestart');
  return bridge?.onRestart(handler) ?? nothing;
}

/**
 * Aborted when the program is about to be restarted, before the handlers of {@link onRestart} are called. Never aborted when the
 * program is not supervised. Its `reason` is an `AbortError`, the `cause` of which is the {@link RestartReason}.
 *
 * @example
 * server.listen({ port: 3000, signal: restartSignal });
 * await setTimeout(60_000, undefined, { signal: restartSignal });
 */
export const restartSignal: AbortSignal = bridge?.signal() ?? new AbortController().signal;

/**
 * Lets the program deal with a change itself: the handler is asked before a restart. If none of the handlers returns
 * (or resolves to) `'restart'`, and at least one `'ignore'`, there is none, and the files count as they are now. A handler that
 * returns something else has no opinion. No answer within a second means a restart.
 *
 * @param handler is given which files have changed
 * @returns what takes the handler away again
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT`, if it is no function
 * @example
 * onChange(({ files }) => {
 *   if (!files.every(({ path }) => path.endsWith('.html'))) return 'restart';
 *   templates.clear();
 *   return 'ignore';
 * });
 */
export function onChange(handler: ChangeHandler): () => void {
  checkFunction(handler, 'onChange');
  return bridge?.onChange(handler) ?? nothing;
}

/**
 * For programs with a loop of their own: whether it is time to end, with exit code {@link EX_TEMPFAIL}. Once it has been called,
 * the program is not sent the stop signal at a change; only when it has not ended within the grace period (5 s, less 1 s). The
 * loop has to give the event loop a turn (`await`); one that does not is ended by the stop signal.
 *
 * @returns always false when the program is not supervised
 * @example
 * while (!shouldRestart()) await work();
 * process.exit(EX_TEMPFAIL);
 */
export function shouldRestart(): boolean {
  return bridge?.shouldRestart() ?? false;
}

/**
 * Asks for a restart of this program, as if a file had changed. Nothing when it is not supervised.
 *
 * @param reason shown on the terminal, and in `restartReason.message` of the next run
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT`, if it is no text
 * @example
 * process.on('SIGHUP', () => restart('SIGHUP'));
 */
export function restart(reason?: string): void {
  if (reason !== undefined && typeof reason !== 'string')
    throw badArgument('restart(): the reason', 'a text', reason, "restart('settings saved')");
  bridge?.request('restart', reason);
}

/**
 * Ends this program for good, and its supervisor with it: the stop signal, the grace period. The supervisor's exit code is the
 * program's; 0 if it died of the stop signal. Nothing when the program is not supervised.
 *
 * @example
 * test.after(() => stop());
 */
export function stop(): void {
  bridge?.request('stop', undefined);
}

/**
 * An object that survives restarts: the one that the run before had under this key, as it was when that ended, or `initial`. It is
 * copied as `structuredClone` does it. What cannot be copied, or is more than 4 MB with all others, is lost, and a line says so.
 * Only in the main thread of the program; elsewhere, and when it is not supervised, it is always `initial`.
 *
 * @param key names it; the same in each run
 * @param initial the object of the first run, or a function that makes it
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT`, if the key is no text, or the initial value no object
 * @example
 * const sessions = preserve('sessions', new Map());
 * const stats = preserve('stats', () => ({ requests: 0 }));
 */
export function preserve<T extends object>(key: string, initial: T | (() => T)): T {
  if (typeof key !== 'string' || key.length > MAX_KEY)
    throw badArgument(
      'preserve(): the key',
      `a text of at most ${MAX_KEY} characters`,
      key,
      "preserve('sessions', new Map())",
    );
  const make = (): T => checkedObject(typeof initial === 'function' ? initial() : initial);
  // The same object for the same key, wherever the program runs.
  const value = kept.get(key) ?? bridge?.preserve(key, make) ?? make();
  kept.set(key, value);
  return value as T;
}

function textOf(path: unknown, name: string): string {
  const isUrl = path instanceof URL || (typeof path === 'string' && path.startsWith('file:'));
  if (!isUrl && typeof path === 'string' && path !== '') return path;
  try {
    if (isUrl) return process.getBuiltinModule('node:url').fileURLToPath(path);
  } catch {
    // No URL of a file here.
  }
  throw badArgument(`${name}(): a path`, 'a text or a file: URL', path, `${name}('config.yaml')`);
}

function checkFunction(handler: unknown, name: string): void {
  if (typeof handler !== 'function')
    throw badArgument(`${name}(): the handler`, 'a function', handler, `${name}(() => {})`);
}

function checkedObject<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !('then' in value)) return value;
  throw badArgument('preserve(): the initial value', 'an object, and no promise', value, '{ count: 0 }');
}

function badArgument(what: string, expected: string, value: unknown, instead: string): TypeError {
  const message = `${what} must be ${expected}, got ${shown(value)}. Use ${instead}.`;
  return Object.assign(new TypeError(message), { code: 'ERR_AUTORELOAD_ARGUMENT' });
}

/** In a few words: an object may have no text, and a function a long one. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof URL) return value.href;
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Object.prototype.toString.call(value)
    : String(value);
}

function nothing(): void {}
