// What the run before has found in packages. Where this one finds it again, a number tells the supervisor: a record with
// stamp and names would cost more than a small module. Knows nothing of what the numbers are for.
import type { PackageResolution } from '../../protocol/control.cts';
import { sendSoon } from '../channel/record-writer.cts';

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

/** Whether this is known; then it is told. */
export function isFoundAgain(parent: string | undefined, url: string): boolean {
  const index = indexes.get(`${parent}\n${url}`);
  if (index === undefined) return false;
  sendSoon({ kind: 'again', index });
  return true;
}

/** From now on everything is told in full: the supervisor has forgotten the run before. */
export function expectNothing(): void {
  indexes.clear();
}
