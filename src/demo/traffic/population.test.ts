import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPopulation } from './population.ts';
import { hashed, seededRandom } from './random.ts';
import { type Traffic, trafficSchema } from './schema.ts';

const traffic: Traffic = trafficSchema.parse({
  users: 5000,
  requestsPerSecond: 100,
  minimum: 10,
  values: { jar: ['rain & sun', 'snow', 'fog', 'mist'] },
  habits: [
    { name: 'home', weight: 60, path: '/', expect: [200] },
    {
      name: 'jar',
      weight: 39,
      method: 'POST',
      path: '/jar/{jar}',
      form: { sku: '{jar}', by: '1' },
      expect: [303],
    },
    { name: 'stale', weight: 1, path: '/gone', expect: [404], background: true, heldBy: 0.1 },
  ],
});

function visits(seed: number, count: number): { user: number; habit: string; path: string }[] {
  const population = createPopulation(traffic, seed);
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const user = population.pickUser(random);
    const { habit, path } = population.visit(user, random);
    return { user, habit: habit.name, path };
  });
}

describe('createPopulation', () => {
  it('does the same for the same seed, and something else for another', () => {
    expect(visits(7, 200)).toEqual(visits(7, 200));
    expect(visits(8, 200)).not.toEqual(visits(7, 200));
  });

  it('keeps each habit near its share of all visits, and a held one with its holders', () => {
    const all = visits(3, 60_000);
    const stale = all.filter((visit) => visit.habit === 'stale');
    expect(stale.length / all.length).toBeGreaterThan(0.006);
    expect(stale.length / all.length).toBeLessThan(0.014);
    const holders = new Set(stale.map((visit) => visit.user));
    expect(holders.size).toBeLessThan(traffic.users * 0.12);
  });

  it('lets the active tenth of users come far more often than the idle tenth', () => {
    const all = visits(5, 60_000);
    const busy = all.filter((visit) => visit.user < traffic.users / 10).length;
    const idle = all.filter((visit) => visit.user >= traffic.users * 0.9).length;
    expect(busy).toBeGreaterThan(5 * idle);
    expect(idle).toBeGreaterThan(100);
  });

  it('fills path and form with the same value, encoded', () => {
    const population = createPopulation(traffic, 1);
    const random = seededRandom(1);
    const posts = Array.from({ length: 300 }, () => population.visit(11, random)).filter(
      (visit) => visit.body,
    );
    expect(posts.length).toBeGreaterThan(10);
    for (const { path, body } of posts) {
      const form = new URLSearchParams(body);
      expect(decodeURIComponent(path)).toBe(`/jar/${form.get('sku')}`);
      expect(form.get('by')).toBe('1');
    }
  });

  it('hashes into [0, 1) evenly enough', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (seed, a, b) => {
        const value = hashed(seed, a, b);
        return value >= 0 && value < 1 && value === hashed(seed, a, b);
      }),
    );
    const below = Array.from({ length: 20_000 }, (_, user) => hashed(1, user, 4)).filter(
      (value) => value < 0.03,
    );
    expect(below.length / 20_000).toBeGreaterThan(0.024);
    expect(below.length / 20_000).toBeLessThan(0.036);
  });
});
