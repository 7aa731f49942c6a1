// Who imports whom in the current run, and why a file is part of the program. Pure: knows neither paths on the disk
// nor what has changed.
import type { ModuleUrl } from '../module-url.ts';

/** The dependency graph of one run. */
export class Graph {
  /** For each module, the modules that import it; undefined stands for Node itself: the entry and preloads. */
  readonly #dependents = new Map<ModuleUrl, Set<ModuleUrl | undefined>>();

  /** Records that `parent` imports `url`, or that Node loads `url` first when there is no parent. */
  add(url: ModuleUrl, parent: ModuleUrl | undefined): void {
    const dependents = this.#dependents.get(url);
    if (dependents) dependents.add(parent);
    else this.#dependents.set(url, new Set([parent]));
  }

  /**
   * The shortest chain of imports from where Node started to `url`, both included; only `url` when it is not known
   * or is where Node started.
   */
  chain(url: ModuleUrl): ModuleUrl[] {
    const towards = new Map<ModuleUrl, ModuleUrl | undefined>([[url, undefined]]);
    for (const module of towards.keys()) {
      const dependents = this.#dependents.get(module) ?? [];
      for (const dependent of dependents) {
        if (dependent === undefined) return unwind(module, towards);
        if (!towards.has(dependent)) towards.set(dependent, module);
      }
    }
    return [url];
  }
}

function unwind(first: ModuleUrl, towards: Map<ModuleUrl, ModuleUrl | undefined>): ModuleUrl[] {
  const chain: ModuleUrl[] = [];
  for (let module: ModuleUrl | undefined = first; module !== undefined; module = towards.get(module))
    chain.push(module);
  return chain;
}
