// Finds the files that count after a crash although the run has not reached them: those that the error names, and the modules that
// the run would have loaded next. Keeps no state.
import { fromPath, isInPackage } from '../../shared/module-url.ts';
import { namedIn } from '../graph/error-paths.ts';
import type { Edge } from '../graph/module-graph.ts';
import { ownPaths } from '../graph/resolve-candidates.ts';
import { isSource } from '../graph/source-scan.ts';
import { isSavedSince } from '../contents/content-cache.ts';
import { exists, statOf } from '../util/safe-fs.ts';
import type { ProgramGraph } from './program-graph.ts';

/** An error of the TypeScript compiler, which also reads modules of which only types are imported. */
const TYPE_ERROR = /\berror TS\d+\b/;

/** Maximum number of places in an error whose imports are looked for. */
const MAX_PLACES = 3;

export interface Crash {
  /** Text of the uncaught error, if there was one. */
  readonly error: string | undefined;
  /** Wall-clock time (ms). */
  readonly at: number;
}

export interface UnreachedOptions {
  readonly crash: Crash;
  readonly cwd: string;
  readonly graph: ProgramGraph;
  readonly isIgnored: (path: string) => boolean;
  /** A file counts from now on, with the snapshot that the function takes. */
  readonly add: (path: string, edge: Omit<Edge, 'to'>, takeSnapshot: () => void) => void;
}

/** Adds the modules that the run would have loaded next, by the static imports of those that count. */
export function addNext(options: UnreachedOptions): void {
  const { crash, graph } = options;
  const { baseline } = graph.files;
  const isTypeError = TYPE_ERROR.test(crash.error ?? '');
  const modules = [...baseline.paths()].filter((path) => !isInPackage(path));
  // The list grows during the loop.
  for (const path of modules) {
    for (const { specifier, kind } of graph.scans.of(path)) {
      if (kind !== 'static' && !(kind === 'type' && isTypeError)) continue;
      const paths = ownPaths(specifier, path);
      const edge = { from: fromPath(path), reason: 'import', specifier } as const;
      const loaded = paths.find((next) => baseline.isLoaded(next));
      // A file that counts since an earlier run has an importer in this one too.
      if (loaded !== undefined) {
        graph.current.add({ ...edge, to: fromPath(loaded) });
        continue;
      }
      modules.push(...addUnseen(paths, edge, options));
    }
  }
}

/** Adds what the text of the error names. Returns a file that is missing. */
export function addNamed(options: UnreachedOptions): string | undefined {
  const { crash, graph, cwd } = options;
  const named = namedIn(crash.error ?? '', cwd);
  const places = named.places.filter(exists);
  const wanted = named.relative.flatMap((specifier) =>
    places.slice(0, MAX_PLACES).map((place) => ownPaths(specifier, place)),
  );
  const edge = { from: undefined, reason: 'import', specifier: undefined } as const;
  const { unseenFrom } = graph.files.baseline;
  for (const paths of [...[...places, ...named.quoted].map((path) => [path]), ...wanted]) {
    // The program itself may have written the file in this run, and would do so in the next.
    if (!paths.some((path) => isSavedSince(statOf(path), unseenFrom))) addUnseen(paths, edge, options);
  }
  const lacking = wanted.find((paths) => !paths.some(exists))?.[0];
  return named.quoted.find((path) => isSource(path) && !exists(path)) ?? lacking;
}

/** Adds those of the paths that exist, or else all of them. Returns the files that have not counted before. */
function addUnseen(
  paths: readonly string[],
  edge: Omit<Edge, 'to'>,
  { crash, graph, isIgnored, add }: UnreachedOptions,
): string[] {
  const { baseline } = graph.files;
  const isNew = (path: string): boolean => !baseline.has(path) && !isIgnored(path);
  const files = paths.filter((path) => statOf(path)?.isFile());
  const found = files.filter(isNew);
  for (const path of found) add(path, edge, () => baseline.expected(path));
  if (files.length > 0) return found;
  for (const path of paths.filter((missing) => isNew(missing) && !exists(missing)))
    add(path, { ...edge, reason: 'miss' }, () => baseline.missed(path, crash.at));
  return [];
}
