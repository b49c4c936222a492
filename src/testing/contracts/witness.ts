import { expect, it } from 'vitest';
import type { Witness } from '../../ports/witness.ts';

export type WitnessStage = {
  readonly witness: Witness;
  /** What is routed to: flag and nonce of a rollout, whose flag stands at `weight` in `version`. */
  readonly terms: { service: string; flag: string; nonce: string; version: number; weight: number };
  /** One request of a user who is new, or comes back. Answers who served. */
  visit(user: string): Promise<'canary' | 'baseline'>;
  /** Once the witness knows of all visits; absent: it sees them itself. */
  told?(): Promise<void>;
  /** Writes the flag anew. Answers its version. */
  setWeight(weight: number): Promise<number>;
};

/** What every Witness must do. `stage` answers a fresh one, with a flag at 50 % and no lease yet. */
export function witnessContract(stage: () => Promise<WitnessStage>): void {
  const users = Array.from({ length: 40 }, (_, n) => `user-${n}`);
  const visitAll = async ({ visit }: WitnessStage) => Promise.all(users.map(visit));

  it('exposes nobody, and knows no rollout, without a lease', async () => {
    const staged = await stage();
    expect(new Set(await visitAll(staged))).toEqual(new Set(['baseline']));
    expect(await staged.witness.observe(staged.terms.nonce)).toBeUndefined();
  });

  it('exposes a share of users under a lease, and counts each once', async () => {
    const staged = await stage();
    await staged.witness.lease({ ...staged.terms, step: 0, leaseMs: 20_000 });
    const arms = await visitAll(staged);
    expect(await visitAll(staged)).toEqual(arms);
    const canary = arms.filter((arm) => arm === 'canary').length;
    expect(canary).toBeGreaterThan(2);
    expect(canary).toBeLessThan(38);
    await staged.told?.();
    const observed = await staged.witness.observe(staged.terms.nonce);
    expect(observed).toMatchObject({ nonce: staged.terms.nonce, usersExposed: canary, usersErrored: 0 });
    const assigned = { canary, baseline: users.length - canary };
    expect(observed?.steps).toMatchObject([
      { step: 0, weight: 0.5, assigned, units: assigned, returned: assigned },
    ]);
  });

  it('exposes nobody any more once the lease has ended', async () => {
    const staged = await stage();
    await staged.witness.lease({ ...staged.terms, step: 0, leaseMs: 60 });
    await new Promise((resolve) => setTimeout(resolve, 90));
    expect(new Set(await visitAll(staged))).toEqual(new Set(['baseline']));
  });

  it('starts a step’s tallies anew, keeps the rollout’s, and never narrows the exposed', async () => {
    const staged = await stage();
    await staged.witness.lease({ ...staged.terms, step: 0, leaseMs: 20_000 });
    const before = await visitAll(staged);
    const version = await staged.setWeight(0.8);
    expect(await visitAll(staged)).toEqual(before);
    await staged.witness.lease({ ...staged.terms, version, weight: 0.8, step: 1, leaseMs: 20_000 });
    const after = await visitAll(staged);
    expect(before.every((arm, n) => arm === 'baseline' || after[n] === 'canary')).toBe(true);
    await staged.told?.();
    const observed = await staged.witness.observe(staged.terms.nonce);
    expect(observed?.steps.map(({ step, weight }) => [step, weight])).toEqual([
      [0, 0.5],
      [1, 0.8],
    ]);
    expect(observed?.usersExposed).toBe(after.filter((arm) => arm === 'canary').length);
  });

  it('refuses a lease that does not fit the flag, and one that lowers the weight or the step', async () => {
    const { witness, terms, setWeight } = await stage();
    const lease = { ...terms, step: 1, leaseMs: 20_000 };
    await expect(witness.lease({ ...lease, version: 9 })).rejects.toMatchObject({
      code: 'flag.stale-version',
    });
    await expect(witness.lease({ ...lease, weight: 0.6 })).rejects.toMatchObject({
      code: 'flag.stale-version',
    });
    await expect(witness.lease({ ...lease, nonce: 'other' })).rejects.toMatchObject({
      code: 'rollout.not-allowed',
    });
    await witness.lease(lease);
    await expect(witness.lease({ ...lease, step: 0 })).rejects.toMatchObject({ code: 'rollout.not-allowed' });
    const version = await setWeight(0.1);
    const lower = { ...lease, version, weight: 0.1, step: 2 };
    await expect(witness.lease(lower)).rejects.toMatchObject({ code: 'rollout.not-allowed' });
  });

  it('tells what all users met in whole seconds, with and without a rollout', async () => {
    const staged = await stage();
    await visitAll(staged);
    await staged.witness.lease({ ...staged.terms, step: 0, leaseMs: 20_000 });
    await visitAll(staged);
    const isOver = async () => {
      const { users } = await staged.witness.totals(staged.terms.service);
      return users.reduce((sum, count) => sum + count, 0) >= 40;
    };
    while (!(await isOver())) await new Promise((resolve) => setTimeout(resolve, 50));
    const { at, from, users, failingUsers } = await staged.witness.totals(staged.terms.service);
    expect(failingUsers).toEqual(users.map(() => 0));
    expect(Date.parse(from) + 1000 * users.length).toBeLessThanOrEqual(Date.parse(at));
  });
}
