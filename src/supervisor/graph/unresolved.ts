// Remembers specifiers that did not resolve, to name the missing file after a crash. Does not know which paths are watched
// for them.
import module from 'node:module';
import type { LaneRecord } from '../../protocol/records.cts';

/**
 * Whether module hooks run in the thread of the app (Node 22.15, 23.5 and later), in the supervisor as in the child, which
 * runs on the same Node. In-thread hooks see every import, in order. Off-thread hooks see concurrent imports interleaved,
 * and do not see the imports of an ES module that was loaded with `require`.
 */
export const HOOKS_IN_THREAD: boolean = 'registerHooks' in module;

type Import = Pick<LaneRecord & { kind: 'resolved' | 'missed' }, 'parent' | 'specifier'>;

export class Unresolved {
  /** By importing module and specifier. */
  readonly #misses = new Map<string, { readonly name: string; readonly inPackage: boolean }>();

  /**
   * Adds an import that did not resolve.
   *
   * @param name path or specifier, as the user reads it
   * @param inPackage whether the importing module belongs to a package
   */
  add(missed: Import, name: string, inPackage: boolean): void {
    this.#misses.set(keyOf(missed), { name, inPackage });
  }

  /** Forgets earlier misses once an import resolves: they did not crash the run. Packages often try optional dependencies. */
  onResolved(resolved: Import): void {
    this.#misses.delete(keyOf(resolved));
    for (const [key, { inPackage }] of this.#misses)
      if (HOOKS_IN_THREAD || inPackage) this.#misses.delete(key);
  }

  /** The last miss. With off-thread hooks, whose order is uncertain, the first miss outside packages. */
  get name(): string | undefined {
    const misses = [...this.#misses.values()];
    const first = HOOKS_IN_THREAD ? undefined : misses.find(({ inPackage }) => !inPackage);
    return (first ?? misses.at(-1))?.name;
  }
}

function keyOf({ parent, specifier }: Import): string {
  return `${parent} ${specifier}`;
}
