import { expect, it } from 'vitest';
import { observation } from '../../testing/rollout-fixtures.ts';
import { LateWitness } from './late-witness.ts';

const lease = {
  service: 'shop',
  flag: 'shop.n1',
  nonce: 'n1',
  version: 1,
  step: 0,
  weight: 0.5,
  leaseMs: 5_000,
};

/** Routers of all services, which know the rollout of `shop` alone. */
function routers(): LateWitness {
  return new LateWitness((service) => ({
    lease: async () => {},
    observe: async (nonce) => (service === 'shop' ? observation([], { nonce }) : undefined),
    totals: async () => ({ at: '', from: '', users: [], failingUsers: [] }),
  }));
}

it('asks the router of the service that the nonce was leased for', async () => {
  const witness = routers();
  expect(await witness.observe('n1')).toBeUndefined();
  await witness.lease(lease);
  expect(await witness.observe('n1')).toMatchObject({ nonce: 'n1' });
});

it('asks the one that it is told of, as another process may have leased it', async () => {
  expect(await routers().observe('n1', 'shop')).toMatchObject({ nonce: 'n1' });
  expect(await routers().observe('n1', 'other')).toBeUndefined();
});
