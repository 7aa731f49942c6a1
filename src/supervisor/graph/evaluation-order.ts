// Finds the packages that a program evaluates before the first module of the user. Pure: reads neither the disk nor the graph.
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

/**
 * Node evaluates the imports of a module in the order of its source, and then the module. The imports of an import come before it. So the
 * walk goes from import to import, and collects packages until a module of the user has no other imports left.
 */
export function firstPackages(entry: ModuleUrl, known: KnownModules): ModuleUrl[] {
  const packages = new Set<ModuleUrl>();
  const entered = new Set<ModuleUrl>();
  /** Returns the module with which the walk goes on; undefined at its end. */
  const next = (from: ModuleUrl): ModuleUrl | undefined => {
    entered.add(from);
    for (const specifier of known.importsOf(from)) {
      if (isBuiltin(specifier)) continue;
      const to = known.targetOf(from, specifier);
      if (!to) return undefined;
      const format = known.formatOf(to);
      if (isInPackage(to)) {
        if (!isJavaScript(to, format)) return undefined;
        packages.add(to);
      } else if (format !== 'json')
        // What it imports is a cycle, or has been evaluated.
        return entered.has(to) ? undefined : to;
    }
    return undefined;
  };
  for (let module: ModuleUrl | undefined = entry; module;) module = next(module);
  return [...packages];
}

/** Without a load hook, Node does not report the format of a file whose package.json does not tell it. */
function isJavaScript(url: ModuleUrl, format: string | undefined): boolean {
  return format === undefined ? /\.[cm]?js$/.test(url) : format === 'module' || format === 'commonjs';
}
