// What the current run is made of: who imports whom, and what else each module brings with it. Pure: knows neither
// paths on the disk nor what has changed.
import type { ModuleUrl } from '../module-url.ts';

/**
 * Why a file is part of the program: a module imports it, or looks for it there (`miss`), or names it as an asset, or
 * Node or a loader reads it because of the module (`setting`: its package.json, a tsconfig.json).
 */
export type Reason = 'import' | 'miss' | 'asset' | 'setting';

/** One edge of the graph. */
export interface Edge {
  /** The module that it comes from; undefined stands for Node itself, for the entry and preloads. */
  readonly from: ModuleUrl | undefined;
  readonly to: ModuleUrl;
  readonly reason: Reason;
  /** As the module says it. */
  readonly specifier: string | undefined;
}

type Cause = Pick<Edge, 'reason' | 'specifier'>;

/** The dependency graph of one run. */
export class Graph {
  /** For each file, where it comes from, and why. */
  readonly #dependents = new Map<ModuleUrl, Map<ModuleUrl | undefined, Cause>>();
  /** Modules that import something. */
  readonly #importers = new Set<ModuleUrl | undefined>();

  /** Records that `to` is part of the program because of `from`. What is known already stays. */
  add({ from, to, reason, specifier }: Edge): void {
    let dependents = this.#dependents.get(to);
    if (!dependents) this.#dependents.set(to, (dependents = new Map()));
    if (reason === 'import') this.#importers.add(from);
    const known = dependents.get(from);
    if (!known || known.reason === 'miss') dependents.set(from, { reason, specifier });
  }

  /** Every edge. */
  *edges(): Generator<Edge> {
    for (const [to, dependents] of this.#dependents) {
      for (const [from, cause] of dependents) yield { from, to, ...cause };
    }
  }

  /** Whether a file is part of the program for this reason. */
  has(url: ModuleUrl, reason: Reason): boolean {
    return [...(this.#dependents.get(url)?.values() ?? [])].some((cause) => cause.reason === reason);
  }

  /** Whether a module imports anything. */
  imports(url: ModuleUrl): boolean {
    return this.#importers.has(url);
  }

  /** What `from` says to get `to`. */
  specifier(from: ModuleUrl, to: ModuleUrl): string | undefined {
    return this.#dependents.get(to)?.get(from)?.specifier;
  }

  /**
   * The shortest chain of imports from where Node started to `url`, both included; only `url` when it is not known
   * or is where Node started.
   */
  chain(url: ModuleUrl): ModuleUrl[] {
    const towards = new Map<ModuleUrl, ModuleUrl | undefined>([[url, undefined]]);
    for (const module of towards.keys()) {
      const dependents = this.#dependents.get(module)?.keys() ?? [];
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
