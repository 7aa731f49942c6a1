// Finds the name that somebody has misspelled. Pure.

/**
 * Returns the most similar name: the one with the fewest typing mistakes, in a third of its letters at most.
 *
 * @example
 * nearest('grcae', ['grace', 'poll']) // 'grace'
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  for (let mistakes = 0; mistakes <= name.length; mistakes++) {
    const found = names.find(
      (other) =>
        mistakes <= Math.max(1, Math.floor(Math.max(name.length, other.length) / 3)) &&
        isWithin(mistakes, name.toLowerCase(), other.toLowerCase()),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether so many insertions, deletions, replacements and swaps of two neighbouring letters lead from one text to the other. */
function isWithin(mistakes: number, from: string, to: string): boolean {
  if (from === to) return true;
  // The recursion is exponential in the number of mistakes, so it ends as early as possible.
  if (Math.abs(from.length - to.length) > mistakes || mistakes === 0) return false;
  if (from[0] === to[0]) return isWithin(mistakes, from.slice(1), to.slice(1));
  const left = mistakes - 1;
  const isSwap = from[0] === to[1] && from[1] === to[0];
  return (
    isWithin(left, from.slice(1), to) ||
    isWithin(left, from, to.slice(1)) ||
    isWithin(left, from.slice(1), to.slice(1)) ||
    (isSwap && isWithin(left, from.slice(2), to.slice(2)))
  );
}
