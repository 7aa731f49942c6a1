// Records which module imports which, and the other files that each module brings into the program. Pure: it does not
// read the disk and does not know which files have changed.
import { isInPackage } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';

/**
 * Why a file is part of the program.
 * - `import`: a module imports or requires it.
 * - `resolved`: a module has only asked for its path or URL (`require.resolve`, `import.meta.resolve`).
 * - `miss`: a module imported something that did not resolve; this file would make it resolve.
 * - `asset`: a module names it in `new URL('...', import.meta.url)`.
 * - `setting`: Node or a loader reads it because of a module (package.json, tsconfig.json) or of an option (`--env-file`).
 * - `tracked`: the user or the program has named the file, its folder, or a glob that matches it.
 */
export type EdgeReason = 'import' | 'resolved' | 'miss' | 'asset' | 'setting' | 'tracked';

/** One edge of the graph. */
export interface Edge {
  /** The dependent module; undefined for entries and preloads, which Node itself loads. */
  readonly from: ModuleUrl | undefined;
  readonly to: ModuleUrl;
  readonly reason: EdgeReason;
  /** The text in the source of `from`. */
  readonly specifier: string | undefined;
}

/** A file with its incoming edges. */
interface Node {
  readonly url: ModuleUrl;
  /** Most files have exactly one. */
  readonly incoming: IncomingEdge[];
  hasImports: boolean;
  isLoaded: boolean;
  format: string | undefined;
}

interface IncomingEdge extends Pick<Edge, 'specifier'> {
  readonly from: Node | undefined;
  reason: EdgeReason;
}

/** The dependency graph of one run. */
export class ModuleGraph {
  readonly #nodes = new Map<ModuleUrl, Node>();

  /** Adds an edge. The first edge between two files stays, except that any reason replaces `miss`. */
  add({ from: fromUrl, to, reason, specifier }: Edge): void {
    const from = fromUrl === undefined ? undefined : this.#node(fromUrl);
    if (from && reason === 'import') from.hasImports = true;
    const { incoming, isLoaded } = this.#node(to);
    const known = incoming.findLast((edge) => edge.from === from);
    if (!known)
      incoming.push({ from, reason: isLoaded && reason === 'resolved' ? 'import' : reason, specifier });
    else if (known.reason === 'miss') known.reason = reason;
  }

  /** Marks a module of the graph as loaded: those that resolved it imported it. */
  loaded(url: ModuleUrl, format: string | undefined): void {
    const node = this.#nodes.get(url);
    if (!node) return;
    node.format ??= format;
    if (node.isLoaded) return;
    node.isLoaded = true;
    for (const edge of node.incoming) if (edge.reason === 'resolved') edge.reason = 'import';
  }

  /** Lists all edges, each with the format of the module that it leads to. */
  *edges(): Generator<Edge & { readonly format: string | undefined }> {
    for (const { url: to, incoming, format } of this.#nodes.values()) {
      for (const { from, reason, specifier } of incoming)
        yield { from: from?.url, to, reason, specifier, format };
    }
  }

  /** Whether a file is part of the program for this reason. */
  has(url: ModuleUrl, reason: EdgeReason): boolean {
    return this.#nodes.get(url)?.incoming.some((edge) => edge.reason === reason) ?? false;
  }

  /** Whether a module imports anything. */
  hasImports(url: ModuleUrl): boolean {
    return this.#nodes.get(url)?.hasImports ?? false;
  }

  /** Whether a module is an ES module that Node reads from its file, without a query in its URL. */
  isEsModule(url: ModuleUrl): boolean {
    const node = this.#nodes.get(url);
    return node !== undefined && isEsm(node);
  }

  /**
   * A module, and the modules that it imports at its top level, directly and through others.
   *
   * @param specifiersOf what a module imports at its top level; undefined for a package, of which all imports of packages count
   */
  staticImports(
    entry: ModuleUrl,
    specifiersOf: (url: ModuleUrl) => ReadonlySet<string> | undefined,
  ): Set<ModuleUrl> {
    const imports = this.#imports();
    const found = new Set([entry]);
    // The set grows during the loop.
    for (const url of found) {
      const specifiers = specifiersOf(url);
      for (const { to, specifier = '' } of imports.get(this.#node(url)) ?? [])
        if (specifiers ? specifiers.has(specifier) : isInPackage(to)) found.add(to);
    }
    return found;
  }

  /**
   * ES modules, and CommonJS modules that they import, that depend on none of some modules: neither directly nor through others.
   *
   * @param avoided the modules on which none may depend
   */
  independent(avoided: Iterable<ModuleUrl>): ModuleUrl[] {
    const dependents = new Set([...avoided].flatMap((url) => this.#nodes.get(url) ?? []));
    // The set grows during the loop.
    for (const node of dependents)
      for (const { from, reason } of node.incoming) if (from && isOfModule(reason)) dependents.add(from);
    return [...this.#nodes.values()].flatMap((node) =>
      isLinkable(node) && !dependents.has(node) ? node.url : [],
    );
  }

  /** The specifier by which `from` depends on `to`. */
  specifier(from: ModuleUrl, to: ModuleUrl): string | undefined {
    return this.#nodes.get(to)?.incoming.find((edge) => edge.from?.url === from)?.specifier;
  }

  /** The shortest import chain from an entry or a preload to `url`, both included; only `url` if no chain is known. */
  chain(url: ModuleUrl): ModuleUrl[] {
    const target = this.#nodes.get(url);
    if (!target) return [url];
    // A breadth-first search from the target: the map grows during the loop. Each node points to the next in the chain.
    const next = new Map<Node, Node | undefined>([[target, undefined]]);
    for (const node of next.keys()) {
      for (const { from } of node.incoming) {
        if (!from) return unwind(node, next);
        if (!next.has(from)) next.set(from, node);
      }
    }
    return [url];
  }

  /** Returns a function that finds the module to which a specifier of a module outside packages led. */
  targets(): (from: ModuleUrl, specifier: string) => ModuleUrl | undefined {
    const imports = [...this.#imports()].filter(([{ url }]) => !isInPackage(url));
    const edges = new Map(imports.map(([{ url }, found]) => [url, found]));
    return (from, specifier) => edges.get(from)?.find((edge) => edge.specifier === specifier)?.to;
  }

  /** The format of a module, as far as Node reports it. */
  format(url: ModuleUrl): string | undefined {
    return this.#nodes.get(url)?.format;
  }

  #imports(): Map<Node, Pick<Edge, 'to' | 'specifier'>[]> {
    const imports = new Map<Node, Pick<Edge, 'to' | 'specifier'>[]>();
    for (const { url: to, incoming } of this.#nodes.values())
      for (const { from, reason, specifier } of incoming)
        if (from && isOfModule(reason)) push(imports, from, { to, specifier });
    return imports;
  }

  #node(url: ModuleUrl): Node {
    const created = { url, incoming: [], hasImports: false, isLoaded: false, format: undefined };
    const node = this.#nodes.get(url) ?? created;
    this.#nodes.set(url, node);
    return node;
  }
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** An asset or a setting is read anew by each run. */
function isOfModule(reason: EdgeReason): boolean {
  return reason === 'import' || reason === 'resolved';
}

function isEsm({ format }: Node): boolean {
  return format === 'module' || format === 'module-typescript';
}

/** A package may be the first to require another package, and a CommonJS module sees which module that is. */
function isLinkable(node: Node): boolean {
  const isOfUser = ({ from }: IncomingEdge): boolean =>
    from !== undefined && isEsm(from) && !isInPackage(from.url);
  return isEsm(node) || (node.format === 'commonjs' && node.incoming.some(isOfUser));
}

function unwind(first: Node, next: ReadonlyMap<Node, Node | undefined>): ModuleUrl[] {
  const chain: ModuleUrl[] = [];
  for (let node: Node | undefined = first; node; node = next.get(node)) chain.push(node.url);
  return chain;
}
