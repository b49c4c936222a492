import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leastThat } from './least.ts';

it('finds the first that helps, and asks about few', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(200), fc.nat(220), async (count, first) => {
      const asked: number[] = [];
      const items = Array.from({ length: count }, (_, n) => n);
      const found = await leastThat(items, async (n) => {
        asked.push(n);
        return n >= first ? `v${n}` : undefined;
      });
      expect(found).toBe(first < count ? `v${first}` : undefined);
      expect(asked.length).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(count + 1)));
    }),
  );
});

it('answers what helps, whatever the order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 50 }), async (helps) => {
      const items = helps.map((_, n) => n);
      const found = await leastThat(items, async (n) => (helps[n] === true ? n : undefined));
      expect(found === undefined ? helps.at(-1) !== true : helps[found]).toBe(true);
    }),
  );
});
