// Gives access to the undocumented parts of Node on both sides of a process: IPC channel, exit, terminal, `require`, new
// processes. One function for each, with the file of the Node source that it relies on. See sockets.cts for the rest, and for
// what holds for both.
import type { ChildProcess, SendHandle, SerializationType } from 'node:child_process';
import module from 'node:module';
import type { ReadStream } from 'node:tty';

/**
 * Number of stack frames that a resolve hook adds to an error (lib/internal/modules/customization_hooks.js): those of Node,
 * and those of ours.
 */
export const HOOK_FRAMES = 8;

/**
 * Whether a load hook that only passes on is invisible: it changes nothing in a program of every module format, alone and together
 * with asynchronous hooks. So it is in 24.16 and later 24, and in 26, seen on 24.16.0, 24.21.0, 24.22.3, 26.0.0, 26.10.0 and
 * 26.12.1; later majors are expected to be like 26.
 *
 * The others, and what goes wrong there:
 * - 22.15 to 22.22.2, 23.5 to 24.11.0, 25.0: CommonJS that an ES module imports gets a `require` without `cache` and
 *   `extensions`, and no `module.parent`. Together with asynchronous hooks, it fails to load (nodejs/node#57327, mended by
 *   #59929 in 22.22.3, 24.11.1 and 25.1). Seen on 22.15.0, 22.22.0, 24.0.0, 24.11.0 and 25.0.0.
 * - 22.22.3 to the last 22, 24.11.1, 25.1: the error about a name that a CommonJS module does not export says no more that
 *   the module is CommonJS and how to import it. Seen on 22.22.3, 22.23.3, 22.23.5, 24.11.1 and 25.1.0.
 * - 24.12 to 24.15, 25.2 to 25.9: fails together with some asynchronous hooks (nodejs/node#63060, #62786). Nothing seen on
 *   24.12.0, 24.15.0, 25.2.0 and 25.9.0 with hooks that only pass on.
 *
 * @param version `process.versions.node`
 */
export function isLoadHookTransparent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 26 || (major === 24 && minor >= 16);
}

/** The parts of `process` that tell how it was started. */
export interface Invocation extends Readonly<Pick<NodeJS.Process, 'argv' | 'execArgv' | 'env'>> {
  /** The code of `-e` or `-p` (lib/internal/process/pre_execution.js). */
  readonly _eval?: string | null | undefined;
}

/** The Node options of this process, as one text. */
export function nodeOptions(): string {
  return [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
}

/**
 * The pipe of the IPC channel of this process (lib/internal/child_process.js, kChannelHandle). Its `onread` is called for each chunk;
 * without bytes at the end of the channel.
 */
export function channelHandle(): { onread: (this: unknown, ...args: unknown[]) => unknown } | undefined {
  return (symbolProperty(process, 'kChannelHandle') ?? undefined) as ReturnType<typeof channelHandle>;
}

/** How the channel writes messages (lib/internal/child_process/serialization.js, kMessageBuffer). */
export function channelSerialization(): SerializationType {
  return symbolOf(channelHandle() ?? {}, 'kMessageBuffer') ? 'advanced' : 'json';
}

/** The properties of `process` that make up the channel (lib/internal/child_process.js, setupChannel). */
export function channelKeys(): (string | symbol)[] {
  const names = 'send connected disconnect channel _send _disconnect _handleQueue _pendingMessage _channel';
  const key = symbolOf(process, 'kChannelHandle');
  return key ? [...names.split(' '), key] : [];
}

/** Removes the listeners by which Node notices that the app listens for messages (lib/child_process.js, _forkChild). */
export function removeChannelListeners(): void {
  for (const event of ['newListener', 'removeListener'] as const)
    for (const listener of process.listeners(event as 'message'))
      // The listener of setupChannel has no name and no parameters. Listeners for signals and for `multipleResolves` stay.
      if (
        /^on(New|Remove)Listener$/.test(listener.name) ||
        (event === 'newListener' && listener.length === 0)
      )
        process.off(event, listener);
}

/** Listens to messages whose `cmd` begins with NODE_, which no `message` event shows (lib/internal/child_process.js). */
export function onInternalMessage(
  target: NodeJS.Process | ChildProcess,
  listener: (message: unknown, handle: unknown) => void,
): void {
  (target as ChildProcess).on('internalMessage', listener);
}

/** Has the own listener of Node for internal messages called by `run` (lib/internal/child_process.js, setupChannel). */
export function wrapNodeListener(run: (listener: () => void) => void): void {
  const [listener] = process.listeners('internalMessage' as 'message');
  if (!listener) return;
  process.off('internalMessage', listener);
  process.prependListener('internalMessage' as 'message', (...args) =>
    run(() => listener.apply(process, args)),
  );
}

/** Sends a raw handle, type "net.Native". An error reaches neither the caller nor an `error` event. */
export function sendRawHandle(send: NodeJS.Process['send'], message: object, handle: object): void {
  send?.(message, handle as unknown as SendHandle, { swallowErrors: true } as object);
}

/** Whether a handle that was sent has not been acknowledged (lib/internal/child_process.js, `_handleQueue`). */
export function isHandlePending(): boolean {
  return Boolean((process as { _handleQueue?: unknown })._handleQueue);
}

/** Ends the process without its `exit` listeners (lib/internal/process/per_thread.js). */
export function exitNow(code: number): never {
  return (process as unknown as { reallyExit: (code: number) => never }).reallyExit(code);
}

/** Calls `last` when `process.exit` ends the process, after all `exit` listeners (lib/internal/process/per_thread.js). */
export function beforeReallyExit(last: () => void): void {
  beforeCall(process, 'reallyExit', last);
}

/** A module that requires another. Helpers of Node have only an id: a path, or a name. */
export interface RequiringModule {
  readonly filename?: string | null;
  readonly id?: string;
}

/** The parts of `node:module` for `require` (lib/internal/modules/cjs/loader.js). */
export interface ModuleInternals {
  _resolveFilename: (
    this: unknown,
    request: string,
    parent: RequiringModule | null | undefined,
    isMain: boolean,
    ...rest: unknown[]
  ) => string;
  _cache: Record<string, unknown>;
  _findPath?: (request: string, folders: readonly string[] | null, isMain: boolean) => string | false;
  _resolveLookupPaths?: (request: string, parent: object) => string[] | null;
  _nodeModulePaths?: (from: string) => string[];
}

export const moduleInternals: ModuleInternals = module as unknown as ModuleInternals;

/** Makes writes to a pipe blocking again (src/stream_base.cc, `setBlocking`). */
export function setBlocking(stream: NodeJS.WriteStream): void {
  const { _handle } = stream as { _handle?: { setBlocking?: (isBlocking: boolean) => void } | null };
  _handle?.setBlocking?.(true);
}

/** The descriptor that Node reads from, which may be a duplicate (deps/uv/src/unix/tty.c, uv_tty_init). */
export function descriptorOf(stream: ReadStream): number | undefined {
  return (stream as { _handle?: { readonly fd?: number } })._handle?.fd;
}

/** What `node:child_process` makes of the arguments of the app (lib/child_process.js, normalizeSpawnArguments). */
export interface SpawnOptions {
  readonly file: string;
  readonly args?: readonly string[];
  /** NAME=value */
  readonly envPairs?: readonly string[];
  readonly stdio?: string | readonly unknown[];
  readonly detached?: boolean;
  readonly uid?: number;
  readonly gid?: number;
}

/** The part of a new `ChildProcess` that starts it: `spawn` is where Node calls libuv (lib/internal/child_process.js). */
export interface Spawning {
  readonly pid?: number;
  readonly stdio?: unknown[];
  spawn?: (options: SpawnOptions, ...rest: unknown[]) => unknown;
}

/**
 * Wraps a method that Node calls, if it exists.
 *
 * @param wrapper called in place of the method; `call` runs the method, with the same arguments or others
 * @returns a function that restores the method, unless the app has replaced it
 */
export function wrapMethod<T extends object>(
  target: T,
  name: string,
  wrapper: (call: (changed?: unknown[]) => number, self: T, args: unknown[]) => unknown,
): () => void {
  const original = Object.getOwnPropertyDescriptor(target, name);
  const method = Reflect.get(target, name) as ((...args: unknown[]) => number) | undefined;
  if (!method) return () => {};
  const value = new Proxy(method, {
    apply: (_, self: T, args) =>
      wrapper((changed = args) => Reflect.apply(method, self, changed), self, args),
  });
  Object.defineProperty(target, name, { writable: true, configurable: true, ...original, value });
  return () => {
    if (Reflect.get(target, name) !== value) return;
    if (original) Object.defineProperty(target, name, original);
    else Reflect.deleteProperty(target, name);
  };
}

/** Calls a function before each call of a method, with the same arguments. Returns a function that restores the method. */
export function beforeCall(target: object, name: string, before: (...args: unknown[]) => void): () => void {
  return wrapMethod(target, name, (call, _self, args) => {
    before(...args);
    return call();
  });
}

/** The value behind a symbol that Node does not export, found by its description. */
export function symbolProperty(target: object, description: string): unknown {
  const key = symbolOf(target, description);
  return key && Reflect.get(target, key);
}

function symbolOf(target: object, description: string): symbol | undefined {
  for (let object: object | null = target; object; object = Object.getPrototypeOf(object) as object | null) {
    const key = Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
    if (key) return key;
  }
  return undefined;
}
