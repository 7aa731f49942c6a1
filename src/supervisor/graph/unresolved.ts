// What a run has looked for and not found, so that the user can be told what is missing. Knows nothing of paths that
// are watched for it.
import type { LaneRecord } from '../../protocol/records.cts';
import { HOOKS_IN_THREAD } from './hook-support.ts';

type Looked = Pick<LaneRecord & { kind: 'resolved' | 'missed' }, 'parent' | 'specifier'>;

export class Unresolved {
  /** By importer and specifier. */
  readonly #misses = new Map<string, { readonly name: string; readonly inPackage: boolean }>();

  clear(): void {
    this.#misses.clear();
  }

  /** Something was not found. `name`: what the user would call it. */
  add(looked: Looked, name: string, inPackage: boolean): void {
    this.#misses.set(keyOf(looked), { name, inPackage });
  }

  /** Something was found, so what was missed before did not end the run. Packages often try what they can do without. */
  found(looked: Looked): void {
    this.#misses.delete(keyOf(looked));
    for (const [key, { inPackage }] of this.#misses)
      if (HOOKS_IN_THREAD || inPackage) this.#misses.delete(key);
  }

  /** The last miss, if nothing was found after it. Off the thread, where others are on their way, the first of the user's. */
  get name(): string | undefined {
    const misses = [...this.#misses.values()];
    const first = HOOKS_IN_THREAD ? undefined : misses.find(({ inPackage }) => !inPackage);
    return (first ?? misses.at(-1))?.name;
  }
}

function keyOf({ parent, specifier }: Looked): string {
  return `${parent} ${specifier}`;
}
