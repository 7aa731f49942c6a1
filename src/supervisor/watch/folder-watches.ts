// Watches the folders of wanted paths, so that a path is noticed whether it appears, vanishes or is replaced. Where a
// folder is missing, the nearest folder above it is watched. Owns these `fs.watch` handles. Does not know file contents.
import fs from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { isInside } from '../util/paths.ts';
import { statOf } from '../util/safe-fs.ts';
import type { FsWatcherOptions } from './fs-watcher.ts';

/** A folder on the way to wanted paths. */
class FolderNode {
  readonly path: string;
  readonly parent: FolderNode | undefined;
  /** By path; undefined in most folders, which saves memory. */
  children: Map<string, FolderNode> | undefined;
  /** Names of wanted paths in this folder; undefined: every event in it is wanted. */
  readonly wanted = new Set<string | undefined>();
  watch: { readonly handle: fs.FSWatcher; readonly ino: number } | undefined;
  /** Why the folder cannot be watched. There is no second attempt until the folder is replaced. */
  error: NodeJS.ErrnoException | undefined;

  constructor(path: string, parent: FolderNode | undefined) {
    this.path = path;
    this.parent = parent;
  }

  withDescendants(): FolderNode[] {
    const nodes: FolderNode[] = [this];
    for (const node of nodes) nodes.push(...(node.children?.values() ?? []));
    return nodes;
  }

  disarm(): void {
    this.watch?.handle.close();
    this.watch = undefined;
    this.error = undefined;
  }
}

export interface FolderWatchesOptions extends Pick<FsWatcherOptions, 'root' | 'onFolder'> {
  /** A wanted path may have changed. `isRename`: it may be another file now, or the first one. */
  readonly onPath: (path: string, isRename: boolean) => void;
  /** A wanted path, or without a name a wanted folder, cannot be watched because of the error of `nearest`. */
  readonly onFailure: (folder: string, name: string | undefined, nearest: FolderNode) => void;
}

export class FolderWatches {
  readonly #options: FolderWatchesOptions;
  readonly #roots = new Map<string, FolderNode>();

  constructor(options: FolderWatchesOptions) {
    this.#options = options;
  }

  /** Adds the path with this name in a folder; without a name, every event in it is wanted. It is watched when this returns. */
  add(path: string, name: string | undefined): void {
    const folder = this.#node(path);
    folder.wanted.add(name);
    this.#arm(folder, [name]);
  }

  delete(path: string, name: string | undefined): void {
    let node: FolderNode | undefined = this.#node(path);
    node.wanted.delete(name);
    while (node && node.wanted.size === 0 && !node.children?.size) {
      node.disarm();
      node.parent?.children?.delete(node.path);
      node = node.parent;
    }
  }

  close(): void {
    for (const root of this.#roots.values()) for (const node of root.withDescendants()) node.disarm();
    this.#roots.clear();
  }

  #node(path: string): FolderNode {
    const above = dirname(path);
    const parent = above === path ? undefined : this.#node(above);
    const siblings = parent ? (parent.children ??= new Map()) : this.#roots;
    const node = siblings.get(path) ?? new FolderNode(path, parent);
    siblings.set(path, node);
    return node;
  }

  /** Watches a folder, or the nearest existing folder above it, and those above that one that may be replaced. */
  #arm(folder: FolderNode, names: Iterable<string | undefined>): void {
    const nearest = this.#watchNearest(folder);
    if (nearest?.error) for (const name of names) this.#options.onFailure(folder.path, name, nearest);
    if (nearest?.parent && nearest !== folder) {
      // It may vanish too, before the folder above it is watched.
      this.#watch(nearest.parent);
      if (folderIno(nearest.path) === undefined) return this.#refresh(nearest, true);
    }
    for (let above = nearest?.parent; above && this.#mayBeReplaced(above.path, folder.path);) {
      this.#watch(above);
      above = above.parent;
    }
  }

  /** Watches a folder, or the nearest existing one above it. */
  #watchNearest(folder: FolderNode): FolderNode | undefined {
    let nearest: FolderNode | undefined = folder;
    let below: FolderNode | undefined;
    while (nearest && !this.#watch(nearest)) {
      below = nearest;
      nearest = nearest.parent;
    }
    // It may have appeared before the folder above was watched.
    return below && folderIno(below.path) !== undefined ? this.#watchNearest(folder) : nearest;
  }

  /**
   * Whether a build tool or a package manager may replace a folder that is above a wanted one: any in the program's, and that one itself.
   * Its own watch would not tell: Linux reports the end of a folder only when no process works in it any more.
   */
  #mayBeReplaced(above: string, folder: string): boolean {
    const { root } = this.#options;
    if (folder === root || isInside(folder, root))
      return above === root || isInside(above, root) || above === dirname(root);
    const packages = `${folder}${sep}`.lastIndexOf(`${sep}node_modules${sep}`);
    return packages === -1 ? above === dirname(folder) : above.length > packages;
  }

  /** Watches a folder if it is not watched yet. Returns whether the folder exists. */
  #watch(folder: FolderNode): boolean {
    if (folder.watch || folder.error) return true;
    const ino = folderIno(folder.path);
    if (ino === undefined) return false;
    try {
      const handle = fs.watch(folder.path, (event, name) => this.#onEvent(folder, event, name));
      handle.on('error', () => this.#refresh(folder, true));
      folder.watch = { handle, ino };
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      folder.error = error as NodeJS.ErrnoException;
      return true;
    }
  }

  #onEvent(folder: FolderNode, event: string, name: string | null): void {
    if (name === null) return this.#refresh(folder, true);
    const isRename = event === 'rename';
    if (folder.wanted.has(name)) this.#options.onPath(join(folder.path, name), isRename);
    if (folder.wanted.has(undefined)) this.#options.onFolder(folder.path, name);
    const child = folder.children?.get(join(folder.path, name));
    if (child) this.#refresh(child, isRename);
    // An event of the folder itself carries the folder's own name.
    if (name === basename(folder.path)) this.#refresh(folder, isRename);
  }

  /**
   * Watches everything in a folder anew if the folder has appeared, vanished or been replaced, and reports all of it.
   *
   * @param isReplaced whether that is certain. An equal inode number proves nothing: file systems reuse them at once.
   */
  #refresh(folder: FolderNode, isReplaced: boolean): void {
    if (!isReplaced && folder.watch?.ino === folderIno(folder.path)) return;
    const nodes = folder.withDescendants();
    for (const node of nodes) node.disarm();
    for (const node of nodes) if (node.wanted.size > 0) this.#arm(node, node.wanted);
    for (const { path, wanted } of nodes) {
      const names = [...wanted];
      for (const name of names)
        if (name === undefined) this.#options.onFolder(path, undefined);
        else this.#options.onPath(join(path, name), true);
    }
  }
}

function folderIno(path: string): number | undefined {
  const stats = statOf(path);
  return stats?.isDirectory() ? stats.ino : undefined;
}
