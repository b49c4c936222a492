import { logGamma } from './log-space.ts';

/** Every outcome of n tosses with its probability: for exact expectations in tests. */
export function binomial(
  n: number,
  chance: number,
): readonly { readonly hits: number; readonly misses: number; readonly share: number }[] {
  return Array.from({ length: n + 1 }, (_, hits) => {
    const ways = logGamma(n + 1) - logGamma(hits + 1) - logGamma(n - hits + 1);
    const share = Math.exp(ways) * chance ** hits * (1 - chance) ** (n - hits);
    return { hits, misses: n - hits, share };
  });
}
