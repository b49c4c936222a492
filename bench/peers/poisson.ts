import { logGamma } from '../../src/stats/log-space.ts';

/**
 * Exact for any mean, since what is rare decides here how often a healthy version is rolled back: Knuth's product of uniforms, and
 * from 10 on PTRS (W. Hörmann, "The transformed rejection method for generating Poisson random variables", 1993).
 */
export function poisson(random: () => number, mean: number): number {
  return mean < 10 ? byProduct(random, mean) : byRejection(random, mean);
}

function byProduct(random: () => number, mean: number): number {
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > least; product *= random()) count += 1;
  return count;
}

function byRejection(random: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inner = 0.9277 - 3.6224 / (b - 2);
  const scale = Math.log(1.1239 + 1.1328 / (b - 3.4));
  for (;;) {
    const [u, v] = [random() - 0.5, random()];
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= inner) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    const density = count * Math.log(mean) - mean - logGamma(count + 1);
    if (Math.log(v) + scale - Math.log(a / (us * us) + b) <= density) return count;
  }
}
