// What the run before has found in packages. Where this one finds it again, a number tells the supervisor: a record with
// stamp and names would cost more than a small module. Knows nothing of what the numbers are for.
import type { PackageResolution } from '../../protocol/control.cts';

const PACKAGE = /\/node_modules\//;

const indexes = new Map<string, number>();

/**
 * Expects what the run before has found, until the program is up.
 *
 * @param found in the order that gives each its number
 */
export function expectFound(found: readonly PackageResolution[]): void {
  found.forEach(([, parent, url], index) => {
    if (PACKAGE.test(parent) && PACKAGE.test(url)) indexes.set(`${parent}\n${url}`, index);
  });
}

/** The index of an import in the list of the previous run; undefined if it is not there. */
export function previousIndex(parent: string | undefined, url: string): number | undefined {
  return indexes.size === 0 ? undefined : indexes.get(`${parent}\n${url}`);
}

/** From now on everything is told in full: the supervisor has forgotten the run before. */
export function expectNothing(): void {
  indexes.clear();
}
