import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readMetrics } from './metric-options.ts';

it('reads metrics as people write them', () => {
  expect(readMetrics(undefined)).toEqual([]);
  expect(readMetrics(['checkout-failed:rate:higher', 'cart-value:histogram:lower:1.1'])).toEqual([
    { name: 'checkout-failed', kind: 'rate', worse: 'higher', tolerate: 1 },
    { name: 'cart-value', kind: 'histogram', worse: 'lower', tolerate: 1.1 },
  ]);
});

it.each([
  '',
  'a',
  'a:rate',
  'a:rate:',
  'a:sum:higher',
  'A:rate:higher',
  'a:rate:up',
  'a:rate:higher:2',
  'a:histogram:higher:',
  'a:histogram:higher:0.9',
  'a:histogram:higher:x',
  'a:histogram:higher:1:1',
])('refuses %j with a mend', (text) => {
  const usage = { code: 'usage', mend: expect.stringContaining('--metric checkout-failed:rate:higher') };
  expect(() => readMetrics([text])).toThrow(expect.objectContaining(usage));
});

it('throws nothing but that', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', ':', 'rate', 'ratio', 'lower', '1', '-', 'é')), (parts) => {
      try {
        readMetrics([parts.join('')]);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'usage' });
      }
    }),
  );
});
