// Judges from the content of a changed file whether the save is complete, for the debounce. Keeps no state.
import type { Difference } from '../contents/content-cache.ts';
import { isSource, looksCutOff } from '../graph/source-scan.ts';
import { statOf, textOf } from '../util/safe-fs.ts';

/**
 * How complete a save looks.
 * - `complete`: source code that ends properly and is not shorter than before.
 * - `unsure`: more may follow.
 * - `partial`: the content looks cut off.
 * - `vanished`: the file is deleted or empty; most editors and tools write it again.
 */
export type Completeness = 'complete' | 'unsure' | 'partial' | 'vanished';

export interface SavedFile {
  readonly path: string;
  readonly difference: Exclude<Difference, 'same'>;
  /** Size when the run loaded it as a module (bytes). */
  readonly loadedSize: number | undefined;
  /** Size before the save if the file is tracked (bytes). */
  readonly trackedSize: number | undefined;
  /** The run is starting. Then nothing is `complete`: more files of the save that caused the start may follow. */
  readonly isStarting: boolean;
}

/** Judges how complete a save looks. Only source code can be `complete`: the program may write other files by itself. */
export function completenessOf(file: SavedFile): Completeness {
  const { path, difference, loadedSize, trackedSize, isStarting } = file;
  if (difference === 'deleted' || difference === 'emptied') return 'vanished';
  const size = statOf(path)?.size ?? 0;
  if (difference === 'created') return size === 0 ? 'partial' : 'unsure';
  // A file that has lost more than half of its content often gets it back in a moment.
  if (size * 2 < (loadedSize ?? trackedSize ?? 0)) return 'partial';
  if ((isSource(path) || path.endsWith('.json')) && looksCutOff(path, textOf(path) ?? '')) return 'partial';
  const isWhole = loadedSize !== undefined && size >= loadedSize;
  return isWhole && isSource(path) && !isStarting ? 'complete' : 'unsure';
}
