// Finds the packages that a program evaluates before any module of the user's. Pure: reads neither the disk nor the graph.
import { isBuiltin } from 'node:module';
import { isInPackage } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';

/** What is known of the modules of a run. */
export interface KnownModules {
  /** The specifiers of the static imports of a module outside packages, in the order of its source. */
  readonly importsOf: (url: ModuleUrl) => readonly string[];
  /** The module to which a specifier led; undefined if that is not known. */
  readonly targetOf: (from: ModuleUrl, specifier: string) => ModuleUrl | undefined;
  readonly formatOf: (url: ModuleUrl) => string | undefined;
}

/** The packages that come first, and the imports that say so: the first ones of some modules. */
export interface FirstPackages {
  readonly urls: readonly ModuleUrl[];
  readonly imports: ReadonlyMap<ModuleUrl, readonly string[]>;
}

/**
 * Node evaluates the imports of a module in the order of its source, each with its own imports before, and then the module. So the
 * first module of the user's that is evaluated is one whose imports are all packages.
 */
export function firstPackages(entry: ModuleUrl, known: KnownModules): FirstPackages {
  const urls = new Set<ModuleUrl>();
  const imports = new Map<ModuleUrl, string[]>();
  /** Returns the module with which the walk goes on; undefined at its end. */
  const next = (from: ModuleUrl): ModuleUrl | undefined => {
    const seen: string[] = [];
    imports.set(from, seen);
    for (const specifier of known.importsOf(from)) {
      const to = isBuiltin(specifier) ? undefined : known.targetOf(from, specifier);
      const format = to && known.formatOf(to);
      if (!isBuiltin(specifier) && !to) return undefined;
      const isPackage = to !== undefined && isInPackage(to);
      if (isPackage && !isJavaScript(to, format)) return undefined;
      // What it imports is a cycle, or has been evaluated.
      if (to && !isPackage && format !== 'json' && imports.has(to)) return undefined;
      seen.push(specifier);
      if (isPackage) urls.add(to);
      else if (to && format !== 'json') return to;
    }
    return undefined;
  };
  for (let module: ModuleUrl | undefined = entry; module;) module = next(module);
  return { urls: [...urls], imports };
}

/** Whether the sources still say so. */
export function isStillFirst({ imports }: FirstPackages, importsOf: KnownModules['importsOf']): boolean {
  return [...imports].every(([url, before]) => {
    const now = importsOf(url);
    return before.every((specifier, index) => now[index] === specifier);
  });
}

/** Without a load hook, Node does not report the format of a file whose package.json does not tell it. */
function isJavaScript(url: ModuleUrl, format: string | undefined): boolean {
  return format === undefined ? /\.[cm]?js$/.test(url) : format === 'module' || format === 'commonjs';
}
