// Installs the recording of modules with the hooks that this Node has. Does not know the supervisor.
import fs from 'node:fs';
import module from 'node:module';
import type { LoadHookContext, RegisterHooksOptions } from 'node:module';
import { pathToFileURL } from 'node:url';
import {
  isLoadHookTransparent,
  nodeOptions,
  setBlocking,
  wrapMethod,
} from '../../node-internals/process.cts';
import { attempt } from '../../shared/attempt.cts';
import { OWN_FILES } from '../../shared/paths.cts';
import { send } from '../channel/record-writer.cts';
import { ModuleRecorder, withHookFrames } from './module-recorder.cts';
import type { HooksThreadData } from './module-recorder.cts';
import { tapRequire } from './tap-require.cts';

/** Whether this is the main thread of the child; see {@link install}. */
let reportsHooks = false;

/** Number of times that others have registered hooks in this thread. */
export let registrations = 0;

/** With one of these options, the app's hooks are behind ours, or Node's own load hook verifies what it reads. */
const INNER_OPTIONS = /--(experimental-)?(loader|policy|network-imports)/;

/**
 * Records every module that this thread loads from now on: with in-thread hooks where Node has them, otherwise with off-thread
 * hooks for `import` and a tap on `require`.
 *
 * @param data options of the recorder in whichever thread, and the descriptor of the lane
 * @param runsUserCode whether this thread runs the app; Node's own thread for hooks does not
 * @param isChild whether this is the main thread of the child. Hooks that others register do not concern its modules
 */
export function install(
  data: Omit<HooksThreadData, 'isInnermost'>,
  runsUserCode: boolean,
  isChild: boolean,
): void {
  reportsHooks = isChild;
  const recorder = new ModuleRecorder(data);
  // Preloads of a configuration file run before ours.
  for (const path of Object.keys(require.cache)) recorder.found(pathToFileURL(path).href);
  if ('registerHooks' in module) {
    // In Node's thread for hooks, `registerHooks` breaks what is imported there (Node 22.15 to 24.0).
    if (runsUserCode) installInThread(recorder);
    return;
  }
  tapRequire(recorder);
  // That thread runs the preloads too, and must not register again.
  if (runsUserCode) installOffThread(data);
}

/**
 * Node 22.15, 23.5 and later: hooks in the thread that loads, which see `import` and `require` alike. The resolve hook records
 * imports and misses, the load hook which modules are loaded. Where the load hook would be visible, the resolve hook records alone.
 */
function installInThread(recorder: ModuleRecorder): void {
  const { registerHooks } = module;
  const hooks = recordingHooks(recorder, isLoadHookTransparent(process.versions.node));
  // The last hook that is registered is called first, and may not call the others. Behind all others, ours sees what they look
  // for; in front of them, what they find without asking it.
  registerHooks(hooks);
  let inFront: ReturnType<typeof registerHooks> | undefined;
  onRegistration('registerHooks', () => {
    inFront?.deregister();
    inFront = registerHooks(hooks);
  });
  // Off-thread hooks are called after ours in any case. Their own module is not loaded in this thread.
  onRegistration('register', (specifier, parent) => {
    const base = isUrl(parent) ? parent : (parent as { readonly parentURL?: unknown } | undefined)?.parentURL;
    const importer = isUrl(base) ? String(base) : undefined;
    const url = hooksUrl(String(specifier), importer);
    if (url !== undefined) recorder.resolved(String(specifier), importer, url);
  });
}

function recordingHooks(recorder: ModuleRecorder, hasLoadHook: boolean): RegisterHooksOptions {
  const reportsLoad = hasLoadHook ? loadReports() : () => false;
  const resolve: RegisterHooksOptions['resolve'] = (specifier, context, nextResolve) => {
    const { parentURL: parent } = context;
    const result = recorder.observe(specifier, parent, () => nextResolve(specifier, context));
    const { url, format } = result;
    const isImport = has(context.conditions, 'import');
    if (url.startsWith('node:')) recorder.builtin(url, isImport);
    else {
      const isReported = reportsLoad(url, isImport);
      recorder.resolved(
        specifier,
        parent,
        url,
        isImport,
        isReported,
        isReported ? undefined : (format ?? undefined),
      );
    }
    return result;
  };
  if (!hasLoadHook) return { resolve };
  return {
    resolve,
    load(url, context, nextLoad) {
      if (!has(context.conditions, 'import')) {
        // A CommonJS module runs as soon as it is loaded.
        recorder.loaded(url, context.format ?? undefined, false);
        return withHookFrames(() => nextLoad(url, context));
      }
      let { format }: Pick<LoadHookContext, 'format'> = context;
      try {
        const result = withHookFrames(() => nextLoad(url, context));
        // Only its source may tell the format of an ES module.
        ({ format } = result);
        return result;
      } finally {
        recorder.loaded(url, format ?? undefined, true);
      }
    },
  };
}

/**
 * Tells whether the load hook is called for a URL that has been resolved. It is not called for a file that a handler of
 * `require.extensions` reads itself, nor for an addon.
 */
function loadReports(): (url: string, isImport: boolean) => boolean {
  const handlers: Readonly<Record<string, unknown>> = require.extensions;
  const before = { ...handlers };
  return (url, isImport) => {
    if (isImport) return true;
    const extension = url.slice(url.lastIndexOf('.'));
    const name = extension in handlers ? extension : '.js';
    return name !== '.node' && handlers[name] === before[name];
  };
}

/** Node 22.15 has a set where the types say array. */
function has(conditions: readonly string[] | ReadonlySet<string>, name: string): boolean {
  return 'has' in conditions ? conditions.has(name) : conditions.includes(name);
}

/** URL of the module of off-thread hooks; undefined if it is in a package. */
function hooksUrl(specifier: string, importer: string | undefined): string | undefined {
  if (!/^(file:|\.{0,2}\/)/.test(specifier)) return undefined;
  return URL.canParse(specifier, importer) ? new URL(specifier, importer).href : undefined;
}

function isUrl(value: unknown): value is string | URL {
  return typeof value === 'string' || value instanceof URL;
}

/** Before: hooks in a thread of their own, which see only `import`. */
function installOffThread(data: Omit<HooksThreadData, 'isInnermost'>): void {
  // The function of Node: below it is wrapped to register ours again.
  const { register } = module;
  const registerOurs = (isInnermost: boolean): void => {
    // The permission model may forbid threads. The tap still sees what is required.
    withLateReads(() =>
      attempt(() => register(pathToFileURL(OWN_FILES.hooksThread).href, { data: { ...data, isInnermost } })),
    );
  };
  registerOurs(!INNER_OPTIONS.test(nodeOptions()));
  // For its thread for hooks, Node opens standard output, which makes a pipe non-blocking: `fs.writeSync(1, ...)` would fail with
  // EAGAIN when the pipe is full.
  for (const stream of [process.stdout, process.stderr]) setBlocking(stream);
  // The last hooks that are registered are called first, and may not call ours.
  onRegistration('register', () => registerOurs(false));
}

/**
 * Runs a step that loads the ES module loader of Node, which keeps `fs.readFileSync` as it is then (lib/internal/modules/esm/translators.js).
 * A preload behind ours may replace it before the program begins, as Yarn's Plug'n'Play does: it is looked up at the first call.
 */
function withLateReads(step: () => void): void {
  const { readFileSync } = fs;
  let read: typeof readFileSync | undefined = readFileSync;
  fs.readFileSync = ((...args: Parameters<typeof readFileSync>) =>
    (read ??= fs.readFileSync)(...args)) as typeof readFileSync;
  step();
  fs.readFileSync = readFileSync;
  read = undefined;
}

/** Calls `action` with the arguments of each later call of a function that registers hooks, after the call. */
function onRegistration(name: 'register' | 'registerHooks', action: (...args: unknown[]) => void): void {
  wrapMethod(module, name, (call, _self, args) => {
    const result = call();
    registrations++;
    if (reportsHooks) send({ kind: 'hooked' });
    action(...args);
    return result;
  });
  module.syncBuiltinESMExports();
}
