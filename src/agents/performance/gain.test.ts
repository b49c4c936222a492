import { describe, expect, it } from 'vitest';
import { weighGain } from './gain.ts';

/** Mulberry32: the same numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type World = { readonly gain: number; readonly luck: number; readonly drift: number };

/** A machine that grows slower, processes that are lucky or not for as long as they live, and now and then somebody else's work. */
function pairs(next: () => number, { gain, luck, drift }: World, count = 12) {
  const noise = () => (next() < 0.1 ? 1 + 4 * next() : 1 + 0.02 * next());
  return Array.from({ length: count }, (_, at) => {
    const slow = 10 * (1 + drift * at);
    const one = () => slow * (1 + luck * next()) * noise();
    const [first, second] = [one(), one() * (1 + drift)];
    const [baseMs, headMs] = next() < 0.5 ? [first, second] : [second, first];
    return { baseMs, headMs: headMs / gain };
  });
}

const claims = (rules: { alpha: number; leastGain: number }, world: World) => {
  const next = random(7);
  const runs = 800;
  let shown = 0;
  for (let run = 0; run < runs; run++) if (weighGain(pairs(next, world), rules).kind === 'shown') shown++;
  return shown / runs;
};

describe('a gain', () => {
  it.each<World>([
    { gain: 1, luck: 0, drift: 0 },
    { gain: 1, luck: 0.3, drift: 0 },
    { gain: 1, luck: 0.05, drift: 0.2 },
  ])('is claimed of the same code no more often than alpha: %o', (world) => {
    // Three standard errors of 800 runs above what is promised.
    expect(claims({ alpha: 0.05, leastGain: 0 }, world)).toBeLessThan(0.05 + 3 * Math.sqrt(0.0475 / 800));
    expect(claims({ alpha: 0.01, leastGain: 5 }, world)).toBeLessThan(0.01);
  });

  it('is claimed of too small a gain no more often, and of a large one nearly always', () => {
    const rules = { alpha: 0.05, leastGain: 10 };
    expect(claims(rules, { gain: 1.1, luck: 0.05, drift: 0 })).toBeLessThan(0.075);
    expect(claims(rules, { gain: 2, luck: 0.05, drift: 0 })).toBeGreaterThan(0.9);
  });

  it('has bounds around its ratio, and none where the pairs are too few', () => {
    const all = Array.from({ length: 9 }, (_, at) => ({ baseMs: 20 + at / 100, headMs: 10 }));
    const found = weighGain(all, { alpha: 0.01, leastGain: 5 });
    expect(found).toMatchObject({ kind: 'shown' });
    expect(found.gain?.ratio).toBeCloseTo(2.004, 3);
    expect(weighGain(all.slice(0, 6), { alpha: 0.01, leastGain: 5 })).toEqual({
      kind: 'not-shown',
      gain: null,
    });
  });
});
