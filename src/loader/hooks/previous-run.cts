// Knows which imports the previous run resolved inside packages. A record then needs only an index: a record with names and a
// stamp would cost more than a small module. Does not know what the supervisor does with the index.
import type { PackageResolution } from '../../protocol/control.cts';

const PACKAGE = /\/node_modules\//;

const indexes = new Map<string, number>();

/**
 * Expects the imports of the previous run, and later none: when the program is ready, the supervisor forgets them.
 *
 * @param found in the order of their indexes
 */
export function expectFound(found: readonly PackageResolution[]): void {
  indexes.clear();
  found.forEach(([, parent, url], index) => {
    if (PACKAGE.test(parent) && PACKAGE.test(url)) indexes.set(`${parent}\n${url}`, index);
  });
}

/** The index of an import in the list of the previous run; undefined if it is not there. */
export function previousIndex(parent: string | undefined, url: string): number | undefined {
  return indexes.size === 0 ? undefined : indexes.get(`${parent}\n${url}`);
}
