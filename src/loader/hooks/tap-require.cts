// Records modules that `require` resolves on a Node before 22.15, where no hook sees `require`.
import module from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleInternals as internals } from '../../node-internals/process.cts';
import type { RequiringModule } from '../../node-internals/process.cts';
import type { ModuleRecorder } from './module-recorder.cts';

/** Records what this thread requires from now on, nested or not. */
export function tapRequire(recorder: ModuleRecorder): void {
  const { _resolveFilename: original, _cache: cache } = internals;
  const tap = new Proxy(original, {
    apply(target, self, args: Parameters<typeof original>) {
      const [request, parent, isMain] = args;
      const importer = urlOf(parent);
      const filename = recorder.observe(request, importer, () => Reflect.apply(target, self, args));
      if (module.isBuiltin(filename)) {
        recorder.builtin(filename, false);
        return filename;
      }
      const url = pathToFileURL(filename).href;
      // Without a parent and not the entry: the module is imported. The off-thread hook has recorded the importer, unless that was
      // itself required; then the importer stays unknown.
      recorder.resolved(request, !parent && !isMain ? url : importer, url);
      return filename;
    },
  });
  internals._resolveFilename = tap;
  // Yarn's Plug'n'Play replaces the function and does not call ours. But each module is put into the cache before it is loaded.
  // A function of ours around the loading itself would be visible in stack traces.
  let loading: NodeModule[] = [];
  internals._cache = new Proxy(cache, {
    set(target, filename, loaded: NodeModule, receiver) {
      if (internals._resolveFilename !== tap && typeof filename === 'string' && isAbsolute(filename)) {
        loading = loading.filter((one) => !one.loaded);
        // `module.parent` is deprecated and would warn.
        const parent = loading.findLast((one) => one.children.at(-1) === loaded);
        recorder.found(pathToFileURL(filename).href, urlOf(parent));
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
