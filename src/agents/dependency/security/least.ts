/**
 * The first of `items` that helps, if once one helps all after it do. Where they do not, what is answered helps all the same, though it may not
 * be the first. Asks about 1 + log2 of them. undefined: the last one does not help.
 */
export async function leastThat<T, Found>(
  items: readonly T[],
  tryOne: (item: T) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const last = items.at(-1);
  let best = last === undefined ? undefined : await tryOne(last);
  if (best === undefined) return undefined;
  let [low, high] = [0, items.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const item = items[middle];
    const found = item === undefined ? undefined : await tryOne(item);
    if (found === undefined) low = middle + 1;
    else {
      best = found;
      high = middle;
    }
  }
  return best;
}
