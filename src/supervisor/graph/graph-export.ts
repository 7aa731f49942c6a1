// The graph as it is told to others: every edge with the line in the module that it comes from, and the imports that
// were not taken. Reads sources only when asked. Keeps no state.
import { isInPackage, pathOf } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import type { Edge, ModuleGraph } from './module-graph.ts';
import type { ScanCache } from './scan-cache.ts';

/** An edge of the graph with its line, or a dynamic import with a literal specifier that the run did not come to. */
export type Dependency =
  | (Edge & { readonly line: number | undefined })
  | {
      readonly from: ModuleUrl;
      readonly reason: 'untaken';
      readonly specifier: string;
      readonly line: number;
    };

/** Every dependency of a run. */
export function* dependencies(graph: ModuleGraph, scans: ScanCache): Generator<Dependency> {
  const taken = new Map<ModuleUrl, Set<string | undefined>>();
  for (const edge of graph.edges()) {
    yield { ...edge, line: lineOf(edge.from, edge.specifier, scans) };
    if (edge.from !== undefined)
      taken.set(edge.from, (taken.get(edge.from) ?? new Set()).add(edge.specifier));
    if (edge.reason === 'import' && !taken.has(edge.to)) taken.set(edge.to, new Set());
  }
  for (const [from, specifiers] of taken) {
    const path = pathOf(from);
    if (path === undefined || isInPackage(path)) continue;
    for (const { specifier, line, kind } of scans.of(path).imports) {
      if (kind === 'dynamic' && !specifiers.has(specifier))
        yield { from, reason: 'untaken', specifier, line };
    }
  }
}

/** The line on which a module of the user's says a specifier, counted from 1; undefined where that is not known. */
export function lineOf(
  from: ModuleUrl | undefined,
  specifier: string | undefined,
  scans: ScanCache,
): number | undefined {
  const path = from && pathOf(from);
  if (path === undefined || specifier === undefined || isInPackage(path)) return undefined;
  return scans.lineOf(path, specifier);
}
