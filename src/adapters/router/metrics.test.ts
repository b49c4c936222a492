import { afterEach, beforeEach, expect, it } from 'vitest';
import { NEW, OLD, RouterStage } from '../../testing/router-stage.ts';

let stage: RouterStage;
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(() => stage.close());

const metrics = [
  { name: 'failed', kind: 'rate' },
  { name: 'cart', kind: 'histogram' },
] as const;

async function rollout(said: { readonly old: string; readonly new: string }): Promise<void> {
  for (const [digest, header] of [
    [OLD, said.old],
    [NEW, said.new],
  ] as const)
    await stage.listen(digest, (_request, response) => {
      response.setHeader('X-Autoland-Metric', header);
      response.end(digest);
    });
  await stage.rollout(0.5, { lease: false });
  await stage.witness.lease({ ...stage.terms, step: 0, leaseMs: 60_000, metrics });
}

const users = Array.from({ length: 40 }, (_, n) => `user-${n}`);

it('counts what versions say of their users, once each, and shows it to no client', async () => {
  await rollout({ old: 'cart=40', new: 'cart=20, failed' });
  const arms = await Promise.all(
    users.map(async (user) => {
      const reply = await stage.ask('/', user);
      expect(reply.headers).not.toHaveProperty('x-autoland-metric');
      await stage.ask('/', user);
      return reply.body === NEW ? 'canary' : 'baseline';
    }),
  );
  const canary = arms.filter((arm) => arm === 'canary').length;
  const [step] = (await stage.witness.observe('n1'))?.steps ?? [];
  const [failed, cart] = step?.metrics ?? [];
  expect(failed).toEqual({ name: 'failed', coins: [{ after: 0, canary: [canary], baseline: [0] }] });
  const sum = (counts: readonly number[] = []) => counts.reduce((all, count) => all + count, 0);
  expect([sum(cart?.coins[0]?.canary), sum(cart?.coins[0]?.baseline)]).toEqual([canary, 40 - canary]);
});

it('goes on whatever a version says, and counts what the lease did not name for nothing', async () => {
  await rollout({ old: 'cart=NaN,,=,other=1', new: `${'x'.repeat(5000)}=1` });
  for (const user of users) expect((await stage.ask('/', user)).status).toBe(200);
  const [step] = (await stage.witness.observe('n1'))?.steps ?? [];
  expect(step?.metrics).toEqual([
    { name: 'failed', coins: [] },
    { name: 'cart', coins: [] },
  ]);
});

it('refuses a lease of metrics that are none', async () => {
  await stage.rollout(0.5, { lease: false });
  const lease = { ...stage.terms, step: 0, leaseMs: 60_000 };
  const wrong = [{ name: 'No', kind: 'rate' as const }];
  await expect(stage.witness.lease({ ...lease, metrics: wrong })).rejects.toMatchObject({ code: 'usage' });
});
