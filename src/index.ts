// API for programs. Without a supervisor it does nothing and costs next to nothing, so it can stay in production code. Does not
// know how a run is supervised.
// One ES module without imports: a CommonJS module takes twice as long to load, and each import of a built-in module 0.1 ms.
import type {
  Bridge,
  BridgeChannel,
  BridgeRequest,
  ChangeHandler,
  RestartExitCode,
  RestartHandler,
  RestartReason,
} from './protocol/app-bridge.cts';

export type { Change, ChangeHandler, RestartHandler, RestartReason } from './protocol/app-bridge.cts';

const CHANNEL: BridgeChannel = 'autoreload.bridge';

const request: BridgeRequest = {};
process.getBuiltinModule('node:diagnostics_channel').channel(CHANNEL).publish(request);
const bridge: Bridge | undefined = request.bridge;

/** Maximum length of a key of {@link preserve} (characters). Each record of its value carries the key. */
const MAX_KEY = 200;

/** Objects that {@link preserve} has returned, by key. */
const preserved = new Map<string, object>();

/**
 * Exit code that requests a restart (`EX_TEMPFAIL` of sysexits.h). Other supervisors restart at it too.
 *
 * @example
 * process.exit(EX_TEMPFAIL);
 */
export const EX_TEMPFAIL: RestartExitCode = 75;

/**
 * Whether a supervisor restarts this program when its files change. Also true in worker threads and child processes of a
 * supervised program.
 *
 * @example
 * if (isSupervised) app.use(livereload());
 */
export const isSupervised: boolean = bridge !== undefined;

/**
 * Number of this run: 1 for the first run, and without a supervisor.
 *
 * @example
 * if (generation === 1) openBrowser();
 */
export const generation: number = bridge?.generation ?? 1;

/**
 * Reason for this run, with the changed files. Undefined in the first run, and without a supervisor.
 *
 * @example
 * console.log(restartReason?.files.map(({ path, how }) => `${path} was ${how}`));
 */
export const restartReason: RestartReason | undefined = bridge?.reason;

/**
 * Watches more than modules: the program restarts when one of the paths is changed, created or deleted. A path need not exist yet.
 * In folders and globs, files that `.gitignore` excludes and the usual folders (`node_modules`, `.git` ...) do not count.
 *
 * @param paths files, folders with everything below, or globs, relative to the working directory; or `file:` URLs
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT` if a path is neither a string nor a `file:` URL
 * @example
 * track('config.yaml', 'templates', 'locales/*.json', new URL('./schema.sql', import.meta.url));
 */
export function track(...paths: readonly (string | URL)[]): void {
  for (const path of paths.map((value) => checkedPath(value, 'track')))
    bridge?.track(path, process.cwd(), true);
}

/**
 * Reverts {@link track} for the same strings or URLs. Modules still count.
 *
 * @param paths as for {@link track}
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT` if a path is neither a string nor a `file:` URL
 * @example
 * untrack('config.yaml');
 */
export function untrack(...paths: readonly (string | URL)[]): void {
  for (const path of paths.map((value) => checkedPath(value, 'untrack')))
    bridge?.track(path, process.cwd(), false);
}

/**
 * Calls a function before each restart, to clean up. Handlers are awaited one by one, the last registered first, until 1 s before the
 * grace period (5 s) ends. Then the stop signal follows. Handlers are not called when the program exits for good or crashes.
 *
 * @param handler receives the reason for the restart
 * @returns a function that unregisters the handler
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT` if the handler is no function
 * @example
 * onRestart(async ({ files }) => {
 *   await database.close();
 * });
 */
export function onRestart(handler: RestartHandler): () => void {
  checkHandler(handler, 'onRestart');
  return bridge?.onRestart?.(handler) ?? nothing;
}

/**
 * Signal that is aborted before a restart, ahead of the handlers of {@link onRestart}. Its `reason` is an `AbortError` with the
 * {@link RestartReason} as `cause`. Never aborted without a supervisor.
 *
 * @example
 * server.listen({ port: 3000, signal: restartSignal });
 * await setTimeout(60_000, undefined, { signal: restartSignal });
 */
export const restartSignal: AbortSignal = bridge?.signal?.() ?? new AbortController().signal;

/**
 * Lets the program handle a change without a restart. Before a restart, every handler is asked. The change is ignored if a handler
 * returns `'ignore'`, or a promise of it, and no handler `'restart'`; other values count as no opinion. Without an answer within 1 s, the
 * program restarts.
 *
 * @param handler receives the changed files
 * @returns a function that unregisters the handler
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT` if the handler is no function
 * @example
 * onChange(({ files }) => {
 *   if (!files.every(({ path }) => path.endsWith('.html'))) return 'restart';
 *   templates.clear();
 *   return 'ignore';
 * });
 */
export function onChange(handler: ChangeHandler): () => void {
  checkHandler(handler, 'onChange');
  return bridge?.onChange?.(handler) ?? nothing;
}

/**
 * Returns whether a program with its own loop should exit, with exit code {@link EX_TEMPFAIL}. From the first call on, a change sends
 * no stop signal until 1 s before the grace period (5 s) ends. The loop must `await` something, so that the event loop runs;
 * otherwise the stop signal ends it.
 *
 * @returns always false without a supervisor
 * @example
 * while (!shouldRestart()) await work();
 * process.exit(EX_TEMPFAIL);
 */
export function shouldRestart(): boolean {
  return bridge?.shouldRestart?.() ?? false;
}

/**
 * Requests a restart of this program, as if a file had changed. Does nothing without a supervisor.
 *
 * @param reason shown in the terminal, and `restartReason.message` of the next run
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT` if the reason is no string
 * @example
 * process.on('SIGHUP', () => restart('SIGHUP'));
 */
export function restart(reason?: string): void {
  const isValid = reason === undefined || typeof reason === 'string';
  check(isValid, 'restart(): the reason', 'a string', reason, "restart('settings saved')");
  bridge?.request('restart', reason);
}

/**
 * Stops this program and its supervisor, with the stop signal and the grace period. The exit code is that of the program, or 0 if the
 * stop signal killed it. Does nothing without a supervisor.
 *
 * @example
 * test.after(() => stop());
 */
export function stop(): void {
  bridge?.request('stop', undefined);
}

/**
 * Returns an object that survives restarts: in the first run `initial`, later the object of the previous run as it was at the exit.
 * Values are copied as by `structuredClone`. A value that cannot be copied is lost, and so is one that exceeds 4 MB together with all
 * others; a line in the terminal names it. Works in the main thread of the program; elsewhere, and without a supervisor, returns `initial`.
 *
 * @param key name of the object, the same in each run
 * @param initial the object for the first run, or a function that creates it
 * @throws {TypeError} with `code` `ERR_AUTORELOAD_ARGUMENT` if the key is no string or the initial value no object
 * @example
 * const sessions = preserve('sessions', new Map());
 * const stats = preserve('stats', () => ({ requests: 0 }));
 */
export function preserve<T extends object>(key: string, initial: T | (() => T)): T {
  const isKey = typeof key === 'string' && key.length <= MAX_KEY;
  const expected = `a string of at most ${MAX_KEY} characters`;
  check(isKey, 'preserve(): the key', expected, key, "preserve('sessions', new Map())");
  const make = (): T => checkedObject(typeof initial === 'function' ? initial() : initial);
  // One object per key, wherever the program runs.
  const value = preserved.get(key) ?? bridge?.preserve?.(key, make) ?? make();
  preserved.set(key, value);
  return value as T;
}

function checkedPath(path: unknown, name: string): string {
  const isUrl = path instanceof URL || (typeof path === 'string' && path.startsWith('file:'));
  try {
    if (isUrl) return process.getBuiltinModule('node:url').fileURLToPath(path);
  } catch {
    // Not the URL of a file on this system.
  }
  const isValid = !isUrl && typeof path === 'string' && path !== '';
  check(isValid, `${name}(): a path`, 'a string or a file: URL', path, `${name}('config.yaml')`);
  return path as string;
}

function checkHandler(handler: unknown, name: string): void {
  check(typeof handler === 'function', `${name}(): the handler`, 'a function', handler, `${name}(() => {})`);
}

function checkedObject<T>(value: T): T {
  const isValid = typeof value === 'object' && value !== null && !('then' in value);
  check(isValid, 'preserve(): the initial value', 'an object, and no promise', value, '{ count: 0 }');
  return value;
}

function check(isValid: boolean, what: string, expected: string, value: unknown, instead: string): void {
  if (isValid) return;
  const message = `${what} must be ${expected}, got ${shortText(value)}. Use ${instead}.`;
  throw Object.assign(new TypeError(message), { code: 'ERR_AUTORELOAD_ARGUMENT' });
}

/** Describes a value in a few words: an object may have no text, and a function a long one. */
function shortText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof URL) return value.href;
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Object.prototype.toString.call(value)
    : String(value);
}

function nothing(): void {}
