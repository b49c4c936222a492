import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { lookOften } from './look-often.ts';

it('makes one look at a time, goes on after one that throws, and ends with the last one', async () => {
  let [under, most, begun, ended] = [0, 0, 0, 0];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const looking = lookOften(
    async () => {
      begun += 1;
      under += 1;
      most = Math.max(most, under);
      await sleep(5);
      under -= 1;
      ended += 1;
      if (begun === 4) resolve();
      if (begun === 1) throw new Error('the first fails');
    },
    { ms: 1, trouble: 'a test could not look' },
  );
  await enough;
  await looking.stop();
  const last = begun;
  await sleep(10);
  expect([most, ended, begun]).toEqual([1, last, last]);
});
