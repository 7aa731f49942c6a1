// Puts the recording into Node's module loading: the one place that branches on what this Node offers.
// Knows nothing of the supervisor.
import module from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Recorder } from './recorder.cts';
import type { Progress } from './recorder.cts';

/** Frames that a resolve hook, Node's and ours together, adds to the stack of an error thrown under it. */
const HOOK_FRAMES = 8;

/** The parts of `node:module` that are not in the types of every Node, or not public. */
interface ModuleInternals {
  registerHooks?: typeof module.registerHooks;
  register?: typeof module.register;
  _resolveFilename?: (
    this: unknown,
    request: string,
    parent: Parent | null | undefined,
    isMain: boolean,
    ...rest: unknown[]
  ) => string;
}

/** A CommonJS module that requires another. Node's own helpers have only an id, the path or a name of Node's. */
interface Parent {
  readonly filename?: string | null;
  readonly id?: string;
}

/** What {@link install} hands to the hooks thread. */
export interface HooksThreadData {
  readonly progress: Progress;
  readonly entry: string;
}

/**
 * Records every module that this thread resolves from now on.
 *
 * Node 22.15, 23.5 and later: `registerHooks` sees `import` and `require` alike, in this thread. Only the resolve
 * hook: a load hook that passes through changes CommonJS on some Nodes (nodejs/node#57327), and misses the files that
 * `require.extensions` handlers read themselves. Older Nodes: `register` sees what `import` resolves, in a thread of
 * its own, and a tap on `require` the rest. Only the main thread registers: the hooks thread itself runs preloads.
 *
 * @param progress shared between threads
 */
export function install(progress: Progress, isMainThread: boolean): void {
  const entry = process.argv[1] ?? '';
  const internals = module as unknown as ModuleInternals;
  if (internals.registerHooks) {
    installInThread(new Recorder(progress, entry));
    return;
  }
  tapRequire(internals, new Recorder(progress, entry));
  if (!isMainThread) return;
  const data: HooksThreadData = { progress, entry };
  internals.register?.(pathToFileURL(`${__dirname}/hooks-thread.cjs`).href, { data });
}

function installInThread(recorder: Recorder): void {
  module.registerHooks({
    resolve(specifier, context, nextResolve) {
      const result = observed(recorder, specifier, context.parentURL, () => nextResolve(specifier, context));
      recorder.resolved(specifier, context.parentURL, result.url);
      return result;
    },
  });
}

/** Node before 22.15: nothing but this function sees what a nested `require` resolves. */
function tapRequire(internals: ModuleInternals, recorder: Recorder): void {
  const original = internals._resolveFilename;
  if (!original) return;
  internals._resolveFilename = function (request, parent, isMain, ...rest) {
    const filename = observed(recorder, request, urlOf(parent), () =>
      original.call(this, request, parent, isMain, ...rest),
    );
    if (module.isBuiltin(filename)) return filename;
    const url = pathToFileURL(filename).href;
    // Nobody requires it, and it is not the entry: it is imported. By whom, the other hook has seen, unless the importer
    // was itself required; then the module is recorded as one whose dependents are not known.
    recorder.resolved(request, !parent && !isMain ? url : urlOf(parent), url);
    return filename;
  };
}

function urlOf(parent: Parent | null | undefined): string | undefined {
  const path = parent?.filename ?? parent?.id;
  return path !== undefined && isAbsolute(path) ? pathToFileURL(path).href : undefined;
}

/**
 * Runs `resolve`, and records the miss if it throws. With `finally`, because an error that is caught and thrown again
 * would be printed with our line as its place. The stack is given room for the frames that we add, so that the app's
 * own are not pushed out of it.
 */
function observed<T>(recorder: Recorder, specifier: string, parent: string | undefined, resolve: () => T): T {
  const limit: unknown = Error.stackTraceLimit;
  const room = typeof limit === 'number' && limit > 0 && isWritable(Error, 'stackTraceLimit');
  if (room) Error.stackTraceLimit = limit + HOOK_FRAMES;
  let found = false;
  try {
    const result = resolve();
    found = true;
    return result;
  } finally {
    if (room) Error.stackTraceLimit = limit;
    if (!found) recorder.missed(specifier, parent);
  }
}

function isWritable(object: object, key: string): boolean {
  return Object.getOwnPropertyDescriptor(object, key)?.writable === true;
}
