// Watches the folders of wanted paths, so that a path is noticed however it comes, goes or is replaced: the folder is
// watched, not the file that happens to be there now; and where the folder is missing, the nearest one above it.
// Owns the `fs.watch` handles. Knows neither content nor what a path is wanted for.
import fs from 'node:fs';
import { basename, dirname, join, parse, sep } from 'node:path';
import { statOf } from '../util/safe-fs.ts';

/** A folder on the way to wanted paths. */
interface Folder {
  readonly path: string;
  readonly parent: Folder | undefined;
  /** Most have none, and there are many. */
  folders: Map<string, Folder> | undefined;
  /** Names of wanted paths in this folder. */
  readonly wanted: Set<string>;
  /** Everything that happens here is wanted. */
  whole: boolean;
  watch: { readonly handle: fs.FSWatcher; readonly ino: number } | undefined;
  /** Why it cannot be watched; not tried again until the folder is replaced. */
  failed: NodeJS.ErrnoException | undefined;
}

/** What happens in the folders. */
export interface FolderWatchesOptions {
  /** Below this folder, the folders between it and a wanted path are watched as well: one of them may be replaced. */
  readonly root: string;
  /** Something may have happened to a wanted path. */
  readonly onPath: (path: string) => void;
  /** A folder cannot be watched, so that a wanted path goes unseen. */
  readonly onFailure: (folder: string, path: string, error: NodeJS.ErrnoException) => void;
  /** Something may have happened in a folder that is wanted as a whole: to what has this name, or to the folder. */
  readonly onFolder: (folder: string, name: string | undefined) => void;
}

export class FolderWatches {
  readonly #options: FolderWatchesOptions;
  readonly #roots = new Map<string, Folder>();

  constructor(options: FolderWatchesOptions) {
    this.#options = options;
  }

  /** Wants a path. Its folder is watched when this returns. */
  add(path: string): void {
    const folder = this.#folder(dirname(path));
    folder.wanted.add(basename(path));
    this.#arm(folder, path);
  }

  /** Wants a path no longer. */
  delete(path: string): void {
    const folder = this.#folder(dirname(path));
    folder.wanted.delete(basename(path));
    this.#prune(folder);
  }

  /** Wants everything that happens in a folder. It is watched when this returns. */
  addFolder(path: string): void {
    const folder = this.#folder(path);
    folder.whole = true;
    this.#armWhole(folder);
  }

  /** Wants a folder no longer as a whole. */
  deleteFolder(path: string): void {
    const folder = this.#folder(path);
    folder.whole = false;
    this.#prune(folder);
  }

  #prune(emptied: Folder): void {
    let folder: Folder | undefined = emptied;
    while (folder && folder.wanted.size === 0 && !folder.whole && !folder.folders?.size) {
      disarm(folder);
      folder.parent?.folders?.delete(basename(folder.path));
      folder = folder.parent;
    }
  }

  close(): void {
    const close = (folder: Folder): void => {
      disarm(folder);
      for (const below of folder.folders?.values() ?? []) close(below);
    };
    for (const folder of this.#roots.values()) close(folder);
    this.#roots.clear();
  }

  #folder(path: string): Folder {
    const { root } = parse(path);
    let folder = this.#roots.get(root) ?? newFolder(root, undefined);
    this.#roots.set(root, folder);
    for (const name of path.slice(root.length).split(sep).filter(Boolean)) {
      folder.folders ??= new Map();
      const below: Folder = folder.folders.get(name) ?? newFolder(join(folder.path, name), folder);
      folder.folders.set(name, below);
      folder = below;
    }
    return folder;
  }

  /** Watches a folder, or the nearest one above that is there, and those above it that may be replaced. */
  #arm(folder: Folder, path: string, inside = path): void {
    let nearest: Folder | undefined = folder;
    while (nearest && !this.#watch(nearest)) nearest = nearest.parent;
    if (nearest?.failed) this.#options.onFailure(nearest.path, path, nearest.failed);
    for (
      let above = nearest?.parent;
      above && this.#mayBeReplaced(above.path, inside);
      above = above.parent
    ) {
      this.#watch(above);
    }
  }

  #armWhole(folder: Folder): void {
    this.#arm(folder, folder.path, join(folder.path, 'noop'));
  }

  #mayBeReplaced(folder: string, path: string): boolean {
    const { root } = this.#options;
    if (path.startsWith(root + sep)) return folder === root || folder.startsWith(root + sep);
    const packages = path.lastIndexOf(`${sep}node_modules${sep}`);
    if (packages !== -1) return folder.length > packages;
    return folder === dirname(dirname(path));
  }

  /** Whether a folder is there; watches it if it is not watched already. */
  #watch(folder: Folder): boolean {
    if (folder.watch) return true;
    const ino = folderIno(folder.path);
    if (ino === undefined) return false;
    if (folder.failed) return true;
    try {
      const handle = fs.watch(folder.path, { persistent: true }, (event, name) =>
        this.#onEvent(folder, event, name),
      );
      handle.on('error', () => this.#refresh(folder, true));
      folder.watch = { handle, ino };
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      folder.failed = error as NodeJS.ErrnoException;
      return true;
    }
  }

  #onEvent(folder: Folder, event: string, name: string | null): void {
    if (name === null) {
      this.#refresh(folder, true);
      return;
    }
    const replaced = event === 'rename';
    if (folder.wanted.has(name)) this.#options.onPath(join(folder.path, name));
    if (folder.whole) this.#options.onFolder(folder.path, name);
    const below = folder.folders?.get(name);
    if (below) this.#refresh(below, replaced);
    // What happens to the folder itself is told with its own name.
    if (name === basename(folder.path)) this.#refresh(folder, replaced);
  }

  /**
   * Looks whether a folder came, went or was replaced; if so, watches anew what is below it, and tells. `replaced`:
   * it was for certain. Its inode does not tell, file systems use them again at once.
   */
  #refresh(folder: Folder, replaced: boolean): void {
    if (!replaced && folder.watch?.ino === folderIno(folder.path)) return;
    const { wanted, whole } = disarmBelow(folder);
    for (const path of wanted) this.#arm(this.#folder(dirname(path)), path);
    for (const path of whole) this.#armWhole(this.#folder(path));
    for (const path of wanted) this.#options.onPath(path);
    for (const path of whole) this.#options.onFolder(path, undefined);
  }
}

function newFolder(path: string, parent: Folder | undefined): Folder {
  return {
    path,
    parent,
    folders: undefined,
    wanted: new Set(),
    whole: false,
    watch: undefined,
    failed: undefined,
  };
}

function disarm(folder: Folder): void {
  folder.watch?.handle.close();
  folder.watch = undefined;
}

/** Stops watching a folder and all below it, and returns the paths and the folders that are wanted there. */
function disarmBelow(folder: Folder): { wanted: string[]; whole: string[] } {
  const wanted: string[] = [];
  const whole: string[] = [];
  const disarmAll = (one: Folder): void => {
    disarm(one);
    one.failed = undefined;
    for (const name of one.wanted) wanted.push(join(one.path, name));
    if (one.whole) whole.push(one.path);
    for (const below of one.folders?.values() ?? []) disarmAll(below);
  };
  disarmAll(folder);
  return { wanted, whole };
}

function folderIno(path: string): number | undefined {
  const stats = statOf(path);
  return stats?.isDirectory() ? stats.ino : undefined;
}
