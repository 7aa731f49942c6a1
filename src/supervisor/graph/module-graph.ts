// What the current run is made of: who imports whom, and what else each module brings with it. Pure: knows neither
// paths on the disk nor what has changed.
import type { ModuleUrl } from '../../shared/module-url.ts';

/**
 * Why a file is part of the program: a module imports it, or looks for it there (`miss`), or names it as an asset, or
 * Node or a loader reads it because of the module (`setting`: its package.json, a tsconfig.json). `tracked`: the user
 * or the program has named it, or a folder or a glob that it is in.
 */
export type Reason = 'import' | 'miss' | 'asset' | 'setting' | 'tracked';

/** One edge of the graph. */
export interface Edge {
  /** The module that it comes from; undefined stands for Node itself, for the entry and preloads. */
  readonly from: ModuleUrl | undefined;
  readonly to: ModuleUrl;
  readonly reason: Reason;
  /** As the module says it. */
  readonly specifier: string | undefined;
}

/** A file and why it is there. */
interface Node {
  readonly url: ModuleUrl;
  /** Most files have one. */
  readonly causes: Cause[];
  /** It imports something. */
  imports: boolean;
}

interface Cause extends Pick<Edge, 'specifier'> {
  readonly from: Node | undefined;
  reason: Reason;
}

/** The dependency graph of one run. */
export class ModuleGraph {
  readonly #nodes = new Map<ModuleUrl, Node>();

  /** Records that `to` is part of the program because of `from`. What is known already stays. */
  add({ from: fromUrl, to, reason, specifier }: Edge): void {
    const from = fromUrl === undefined ? undefined : this.#node(fromUrl);
    if (from && reason === 'import') from.imports = true;
    const { causes } = this.#node(to);
    const known = causes.findLast((cause) => cause.from === from);
    if (!known) causes.push({ from, reason, specifier });
    else if (known.reason === 'miss') known.reason = reason;
  }

  /** Every edge. */
  *edges(): Generator<Edge> {
    for (const { url: to, causes } of this.#nodes.values()) {
      for (const { from, reason, specifier } of causes) yield { from: from?.url, to, reason, specifier };
    }
  }

  /** Whether a file is part of the program for this reason. */
  has(url: ModuleUrl, reason: Reason): boolean {
    return this.#nodes.get(url)?.causes.some((cause) => cause.reason === reason) ?? false;
  }

  /** Whether a module imports anything. */
  imports(url: ModuleUrl): boolean {
    return this.#nodes.get(url)?.imports ?? false;
  }

  /** What `from` says to get `to`. */
  specifier(from: ModuleUrl, to: ModuleUrl): string | undefined {
    return this.#nodes.get(to)?.causes.find((cause) => cause.from?.url === from)?.specifier;
  }

  /**
   * The shortest chain of imports from where Node started to `url`, both included; only `url` when it is not known
   * or is where Node started.
   */
  chain(url: ModuleUrl): ModuleUrl[] {
    const target = this.#nodes.get(url);
    if (!target) return [url];
    const towards = new Map<Node, Node | undefined>([[target, undefined]]);
    for (const node of towards.keys()) {
      for (const { from } of node.causes) {
        if (!from) return unwind(node, towards);
        if (!towards.has(from)) towards.set(from, node);
      }
    }
    return [url];
  }

  #node(url: ModuleUrl): Node {
    let node = this.#nodes.get(url);
    if (!node) this.#nodes.set(url, (node = { url, causes: [], imports: false }));
    return node;
  }
}

function unwind(first: Node, towards: Map<Node, Node | undefined>): ModuleUrl[] {
  const chain: ModuleUrl[] = [];
  for (let node: Node | undefined = first; node; node = towards.get(node)) chain.push(node.url);
  return chain;
}
