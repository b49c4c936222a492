import { checkShare } from './checks.ts';

/** Where the middle of paired differences lies. Each bound alone errs with a chance of at most alpha. */
export type SignedRank = { readonly middle: number; readonly low: number; readonly high: number };

/**
 * Wilcoxon's signed-rank test, turned round into bounds (Hodges and Lehmann): exact for any distribution, as long as each difference is as
 * likely to have the other sign where nothing differs, which a coin that says who goes first makes sure of. Equal differences count against.
 * undefined: so few pairs prove nothing at this alpha.
 */
export function signedRank(differences: readonly number[], alpha: number): SignedRank | undefined {
  checkShare('alpha', alpha);
  for (const each of differences)
    if (!Number.isFinite(each)) throw new RangeError(`a difference must be finite, found ${each}`);
  const needed = neededAverages(differences.length, alpha);
  if (needed === undefined) return undefined;
  const averages = walshAverages(differences);
  const at = (index: number) => averages[index] ?? Number.NaN;
  const half = (averages.length - 1) / 2;
  return {
    middle: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    low: at(averages.length - needed),
    high: at(needed - 1),
  };
}

/** The mean of each pair of differences, and of each with itself, from the least: those above zero are the sum of positive ranks. */
function walshAverages(differences: readonly number[]): readonly number[] {
  return differences
    .flatMap((one, at) => differences.slice(at).map((other) => (one + other) / 2))
    .toSorted((a, b) => a - b);
}

/** The least sum of positive ranks that fair signs reach with a chance of at most alpha. */
function neededAverages(count: number, alpha: number): number | undefined {
  const chances = sumChances(count);
  let above = 0;
  let needed: number | undefined;
  for (let sum = chances.length - 1; sum >= 0; sum--) {
    above += chances[sum] ?? 0;
    if (above > alpha) break;
    needed = sum;
  }
  return needed;
}

/** By sum, the chance that those of the ranks 1 to n whose coin is heads add up to it. */
function sumChances(count: number): readonly number[] {
  let chances = [1];
  for (let rank = 1; rank <= count; rank++) {
    const before = chances;
    chances = Array.from(
      { length: before.length + rank },
      (_, sum) => ((before[sum] ?? 0) + (before[sum - rank] ?? 0)) / 2,
    );
  }
  return chances;
}
