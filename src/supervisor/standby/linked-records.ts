// Sorts the records of a standby that linked modules before its turn: a module counts when the run reaches it. Compares what was linked
// with the disk. Knows nothing of processes.
import fs from 'node:fs';
import { AHEAD } from '../../protocol/control.cts';
import type { LaneRecord, Stamp } from '../../protocol/records.cts';
import { attempt } from '../../shared/attempt.cts';
import { hashBytes, stampFile } from '../../shared/file-stamp.cts';
import { pathOf, toModuleUrl } from '../../shared/module-url.ts';
import { sameStat } from '../contents/content-cache.ts';
import { linksOf } from '../graph/symlinks.ts';
import { linkTarget } from '../util/safe-fs.ts';
import type { Link } from '../util/symlinks.ts';

type Resolved = LaneRecord & { kind: 'resolved' };

/** What is known of a module. */
interface Linked {
  readonly formats: LaneRecord[];
  readonly imports: LaneRecord[];
}

export class LinkedRecords {
  readonly #modules = new Map<string, Linked>();
  /** The stamps of modules to which no edge has counted so far. */
  readonly #stamps = new Map<string, Stamp>();
  readonly #reached = new Set<string>();
  #hasBegun = false;

  /** Takes a record of the run, from before its turn or after. Returns the records that count from now on. */
  add(record: LaneRecord): LaneRecord[] {
    if (record.kind === 'begun') this.#hasBegun = true;
    if (!this.#hasBegun && this.#keeps(record)) return [];
    return record.kind === 'resolved' ? [this.#stamped(record), ...this.#reach(record.url)] : [record];
  }

  #keeps(record: LaneRecord): boolean {
    switch (record.kind) {
      case 'resolved': {
        const { parent, url, stamp, format } = record;
        // A module whose importer is unknown names itself.
        const isKnown = parent !== undefined && parent !== url && !parent.endsWith('/');
        if (!isKnown || this.#reached.has(parent)) return false;
        if (stamp) this.#stamps.set(url, stamp);
        if (parent !== AHEAD) this.#module(parent).imports.push({ ...record, stamp: undefined });
        else if (format !== undefined) this.#module(url).formats.push({ kind: 'loaded', url, format });
        return true;
      }
      case 'loaded':
        if (this.#reached.has(record.url)) return false;
        this.#module(record.url).formats.push(record);
        return true;
      case 'missed':
        if (record.parent === undefined || this.#reached.has(record.parent)) return false;
        this.#module(record.parent).imports.push(record);
        return true;
      default:
        return false;
    }
  }

  /** Everything that is known of a module, and of what it imports, unless the run has reached it before. */
  #reach(first: string): LaneRecord[] {
    const records: LaneRecord[] = [];
    const urls = [first];
    // The list grows during the loop.
    for (const url of urls) {
      if (this.#reached.has(url)) continue;
      this.#reached.add(url);
      const { formats = [], imports = [] } = this.#modules.get(url) ?? {};
      this.#modules.delete(url);
      records.push(...formats);
      for (const record of imports) {
        records.push(record.kind === 'resolved' ? this.#stamped(record) : record);
        if (record.kind === 'resolved') urls.push(record.url);
      }
    }
    return records;
  }

  /** The first edge to a module has its stamp, whichever edge that is. */
  #stamped(record: Resolved): Resolved {
    const stamp = this.#stamps.get(record.url);
    this.#stamps.delete(record.url);
    return stamp ? { ...record, stamp } : record;
  }

  #module(url: string): Linked {
    let linked = this.#modules.get(url);
    if (!linked) this.#modules.set(url, (linked = { formats: [], imports: [] }));
    return linked;
  }
}

/**
 * Looks up the links that led to linked modules. Returns a function that tells whether each import would still find the same file, with
 * the same content.
 */
export function comparisonOf(records: readonly LaneRecord[]): () => boolean {
  const stamps = new Map<string, Stamp | undefined>();
  const links: Link[] = [];
  for (const record of records) {
    // A package may have read a file before Node loaded it as a module.
    if (record.kind === 'input' && !stamps.has(record.path)) stamps.set(record.path, record.stamp);
    const path = record.kind === 'resolved' ? filePath(record.url) : undefined;
    if (record.kind !== 'resolved' || path === undefined) continue;
    if (record.stamp) stamps.set(path, record.stamp);
    const parent = filePath(record.parent ?? '');
    if (parent !== undefined) links.push(...linksOf(record.specifier, parent, path));
  }
  return () =>
    links.every(({ path, target }) => linkTarget(path) === target) &&
    [...stamps].every(([path, stamp]) => isUnchanged(path, stamp));
}

function filePath(text: string): string | undefined {
  const url = toModuleUrl(text);
  return url && pathOf(url);
}

function isUnchanged(path: string, stamp: Stamp | undefined): boolean {
  const now = stampFile(path);
  if (!stamp || !now) return stamp === now;
  if (!sameStat(stamp, now)) return false;
  // The next save of a young file may leave the same stamp.
  return stamp.hash === undefined || stamp.hash === attempt(() => hashBytes(fs.readFileSync(path)));
}
