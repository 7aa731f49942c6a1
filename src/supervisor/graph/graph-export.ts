// Exports the module graph to tools: each edge with the line of its import, and the dynamic imports that the run has not
// reached. Reads source text only when asked.
import { isInPackage, pathOf } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import type { Edge, ModuleGraph } from './module-graph.ts';
import type { ScanCache } from './source-scan.ts';

/**
 * An edge of the graph with its line and the format of the module that it leads to (`module`, `commonjs`, `json` ..., as far
 * as Node reports it), or a dynamic import with a literal specifier that the run has not reached.
 */
export type Dependency =
  | (Edge & { readonly line: number | undefined; readonly format: string | undefined })
  | {
      readonly from: ModuleUrl;
      readonly reason: 'untaken';
      readonly specifier: string;
      readonly line: number;
    };

/** Lists the dependencies of a run. */
export function* dependencies(graph: ModuleGraph, scans: ScanCache): Generator<Dependency> {
  /** For each module, the specifiers that the run has resolved. */
  const resolved = new Map<ModuleUrl, Set<string | undefined>>();
  for (const edge of graph.edges()) {
    yield { ...edge, line: scans.lineOf(edge.from, edge.specifier) };
    if (edge.from !== undefined)
      resolved.set(edge.from, (resolved.get(edge.from) ?? new Set()).add(edge.specifier));
    if (edge.reason === 'import' && !resolved.has(edge.to)) resolved.set(edge.to, new Set());
  }
  for (const [from, specifiers] of resolved) {
    const path = pathOf(from);
    if (path === undefined || isInPackage(path)) continue;
    for (const { specifier, line, kind } of scans.of(path)) {
      if (kind === 'dynamic' && !specifiers.has(specifier))
        yield { from, reason: 'untaken', specifier, line };
    }
  }
}
