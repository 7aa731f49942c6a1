// Puts the recording into Node's module loading: the one place that branches on what this Node offers.
// Knows nothing of the supervisor.
import module from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HOOK_FRAMES, moduleInternals, setBlocking } from '../../node-internals/process.cts';
import type { ModuleInternals, RequiringModule } from '../../node-internals/process.cts';
import type { HooksThreadData } from './off-thread-hooks.cts';
import { ModuleRecorder } from './module-recorder.cts';

/** With these, hooks of the user's are there before ours, or Node's own load hook checks what it reads. */
const INNER_OPTIONS = /--(experimental-)?(loader|policy|network-imports)/;

/**
 * Records every module that this thread resolves from now on.
 *
 * Node 22.15, 23.5 and later: `registerHooks` sees `import` and `require` alike, in this thread. Only the resolve
 * hook: a load hook that passes through changes CommonJS on some Nodes (nodejs/node#57327), and misses the files that
 * `require.extensions` handlers read themselves. Older Nodes: `register` sees what `import` resolves, in a thread of
 * its own, and a tap on `require` the rest. That thread runs preloads too, and must not register again.
 *
 * @param data what each recorder is made of, in whichever thread, and the descriptor of the lane
 * @param runsUserCode whether this is a thread of the user's, not Node's own for hooks
 */
export function install(data: Omit<HooksThreadData, 'isInnermost'>, runsUserCode: boolean): void {
  const recorder = new ModuleRecorder(data);
  // Preloads of a configuration file run before ours.
  for (const path of Object.keys(require.cache)) recorder.loaded(pathToFileURL(path).href);
  if ('registerHooks' in module) {
    // In the thread for hooks, `registerHooks` breaks what is imported there (Node 22.15 to 24.0).
    if (runsUserCode) installInThread(recorder);
    return;
  }
  tapRequire(moduleInternals(), recorder);
  if (!runsUserCode) return;
  const options = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
  const registerOurs = (isInnermost: boolean): void => {
    try {
      module.register(pathToFileURL(`${__dirname}/off-thread-hooks.cjs`).href, {
        data: { ...data, isInnermost },
      });
    } catch {
      // The permission model may allow no threads. What is required is seen all the same.
    }
  };
  registerOurs(!INNER_OPTIONS.test(options));
  keepOutputBlocking();
  followedBy('register', () => registerOurs(false));
}

/**
 * For the thread for hooks Node opens our standard output, which makes a pipe non-blocking: `fs.writeSync(1, ...)` would fail when
 * it is full (EAGAIN), as it does not without us.
 */
function keepOutputBlocking(): void {
  for (const stream of [process.stdout, process.stderr]) setBlocking(stream);
}

function installInThread(recorder: ModuleRecorder): void {
  const { registerHooks } = module;
  const hooks: Parameters<typeof registerHooks>[0] = {
    resolve(specifier, context, nextResolve) {
      const result = observed(recorder, specifier, context.parentURL, () => nextResolve(specifier, context));
      const isImport = has(context.conditions, 'import');
      if (result.url.startsWith('node:')) recorder.builtin(result.url, isImport);
      else recorder.resolved(specifier, context.parentURL, result.url, isImport);
      return result;
    },
  };
  // Behind all others, it sees what they look for; in front of them, what they find without asking it.
  registerHooks(hooks);
  let inFront: ReturnType<typeof registerHooks> | undefined;
  followedBy('registerHooks', () => {
    inFront?.deregister();
    inFront = registerHooks(hooks);
  });
  // Hooks of a thread of their own come after ours in any case. Their module is not loaded in this thread.
  followedBy('register', (specifier, parent) => {
    const base = isUrl(parent) ? parent : (parent as { readonly parentURL?: unknown } | undefined)?.parentURL;
    const url = hooksUrl(String(specifier), isUrl(base) ? String(base) : undefined);
    if (url !== undefined) recorder.resolved(String(specifier), isUrl(base) ? String(base) : undefined, url);
  });
}

/** Node 22.15 gives a set where the types say array. */
function has(conditions: readonly string[] | ReadonlySet<string>, name: string): boolean {
  return 'has' in conditions ? conditions.has(name) : conditions.includes(name);
}

/** Where the module of an app's hooks is, unless that is a package. */
function hooksUrl(specifier: string, base: string | undefined): string | undefined {
  if (!/^(file:|\.{0,2}\/)/.test(specifier)) return undefined;
  return URL.canParse(specifier, base) ? new URL(specifier, base).href : undefined;
}

function isUrl(value: unknown): value is string | URL {
  return typeof value === 'string' || value instanceof URL;
}

/**
 * Runs `action` after each call of a function of `node:module` that puts hooks in front of those there are: they may
 * resolve a module without asking ours, which then has to be put in front again.
 */
function followedBy(name: 'register' | 'registerHooks', action: (...args: unknown[]) => void): void {
  const internals = module as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = internals[name];
  if (!original) return;
  internals[name] = new Proxy(original, {
    apply(target, self, args) {
      const result: unknown = Reflect.apply(target, self, args);
      action(...args);
      return result;
    },
  });
  module.syncBuiltinESMExports();
}

/** Node before 22.15: sees what `require` resolves, nested or not. */
function tapRequire(internals: ModuleInternals, recorder: ModuleRecorder): void {
  const original = internals._resolveFilename;
  if (!original) return;
  const tap = new Proxy(original, {
    apply(target, self, args: Parameters<typeof original>) {
      const [request, parent, isMain] = args;
      const filename = observed(recorder, request, urlOf(parent), () => Reflect.apply(target, self, args));
      if (module.isBuiltin(filename)) {
        recorder.builtin(filename, false);
        return filename;
      }
      const url = pathToFileURL(filename).href;
      // Nobody requires it, and it is not the entry: it is imported. By whom, the other hook has seen, unless the importer
      // was itself required; then the module is recorded as one whose dependents are not known.
      recorder.resolved(request, !parent && !isMain ? url : urlOf(parent), url);
      return filename;
    },
  });
  internals._resolveFilename = tap;
  // Yarn's Plug'n'Play puts a function of its own there, which does not call ours. But whatever is loaded is first put
  // into the cache; a function of ours around the loading itself would show in stack traces.
  const { _cache: cache } = internals;
  if (!cache) return;
  let loading: NodeModule[] = [];
  internals._cache = new Proxy(cache, {
    set(target, filename, loaded: NodeModule, receiver) {
      if (internals._resolveFilename !== tap && typeof filename === 'string' && isAbsolute(filename)) {
        loading = loading.filter((one) => !one.loaded);
        // `parent` of a module is deprecated, and would warn.
        const parent = loading.findLast((one) => one.children.at(-1) === loaded);
        recorder.loaded(pathToFileURL(filename).href, urlOf(parent));
        loading.push(loaded);
      }
      return Reflect.set(target, filename, loaded, receiver);
    },
  });
}

function urlOf(parent: RequiringModule | null | undefined): string | undefined {
  const path = parent?.filename ?? parent?.id;
  return path !== undefined && isAbsolute(path) ? pathToFileURL(path).href : undefined;
}

/**
 * Runs `resolve`, and records the miss if it throws. With `finally`, because an error that is caught and thrown again
 * would be printed with our line as its place. The stack is given room for the frames that we add, so that the app's
 * own are not pushed out of it.
 */
function observed<T>(
  recorder: ModuleRecorder,
  specifier: string,
  parent: string | undefined,
  resolve: () => T,
): T {
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
