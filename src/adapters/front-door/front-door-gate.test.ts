import { beforeEach, describe, expect, it } from 'vitest';
import { latencyBucket } from '../../domain/latency.ts';
import { NEW, OLD } from '../../testing/router-stage.ts';
import { liveCounters } from '../../wiring/serving/doorkeeper.ts';
import { FrontDoorGate } from './front-door-gate.ts';
import type { Split } from './split.ts';

const flag = (key: string, weight: number, version: number) =>
  [key, { key, version, parts: weight * 10_000 }] as const;
const route = { service: 'shop', stable: OLD, candidate: { digest: NEW, flag: 'shop.n1', nonce: 'n1' } };
const routed = {
  route,
  sockets: new Map([
    [OLD, ['http://10.0.0.1:80']],
    [NEW, ['http://10.0.0.2:80']],
  ]),
};
const lease = {
  service: 'shop',
  flag: 'shop.n1',
  nonce: 'n1',
  version: 1,
  step: 0,
  weight: 0.01,
  leaseMs: 20_000,
};

/** What is told to the front door, which does all of it. */
let splits: Split[] = [];
let failing: Error | undefined;
let gate: FrontDoorGate;

function follow(weight: number, version: number, code?: string): void {
  const [key, stored] = flag('shop.n1', weight, version);
  const flags = new Map([[key, code === undefined ? stored : { ...stored, code }]]);
  gate.update({ stopped: false, killed: () => false, flags }, routed);
}

beforeEach(() => {
  splits = [];
  failing = undefined;
  const ramping = {
    want: (split: Split) => void splits.push(split),
    settled: async () => {
      if (failing !== undefined) throw failing;
    },
  };
  gate = new FrontDoorGate({ service: 'shop', counters: liveCounters, ramping });
  follow(0.01, 1);
  gate.ready();
});

/** So long ago that what is told here has happened. */
const now = Date.now() / 1000 - 200;
const told = (line: object) => gate.heard(JSON.stringify(line));
const of = { nonce: 'n1', share: 0.01 };
const request = (arm: string, user: string, more: object = {}) =>
  told({ t: now, arm, user, status: 200, ms: 10, ...of, ...more });
const step = () => gate.observe('n1')?.steps.at(-1);
const exposed = () => splits.at(-1)?.exposed;

describe('what a front door is told', () => {
  it('is who gets what, and where that is', async () => {
    expect(splits.at(-1)).toEqual({
      service: 'shop',
      stable: { digest: OLD, addresses: ['http://10.0.0.1:80'], flags: [] },
      exposed: null,
    });
    await gate.lease(lease);
    expect(exposed()).toEqual({
      candidate: { digest: NEW, addresses: ['http://10.0.0.2:80'], flags: [] },
      flag: 'shop.n1',
      nonce: 'n1',
      weight: 0.01,
    });
    expect(gate.closed()).toBeUndefined();
  });

  it('is which flags in the code are on, for the candidate alone', async () => {
    follow(0.01, 1, 'new-price');
    await gate.lease(lease);
    expect(exposed()?.candidate.flags).toEqual(['new-price']);
    expect(splits.at(-1)?.stable.flags).toEqual([]);
  });

  it('is nobody, where nobody sees what they meet', async () => {
    await gate.lease(lease);
    gate.lost('it ended');
    expect(exposed()).toBeNull();
    expect(gate.closed()).toBe('nobody sees what users meet: it ended');
    await expect(gate.lease(lease)).rejects.toMatchObject({ code: 'runtime.unreachable' });
    gate.ready();
    await gate.lease(lease);
    expect(exposed()).toMatchObject({ weight: 0.01 });
    expect(gate.observe('n1')?.gap).toBe('the witness of the front door was lost: it ended');
  });

  it('is nobody, where it does not do as it is told', async () => {
    failing = new Error('the load balancer is busy');
    await expect(gate.lease(lease)).rejects.toThrow('busy');
    expect(exposed()).toBeNull();
    expect(gate.closed()).toBe('there is no lease');
  });
});

it('takes waits as the lease that starts the rollout says', async () => {
  await gate.lease({ ...lease, waits: { tolerate: 2, warmUpSeconds: 0 } });
  request('canary', 'u1', { ms: 200 });
  request('baseline', 'u2', { ms: 200 });
  const { steps, tolerated } = gate.observe('n1') ?? {};
  const placeOf = (counts: readonly number[] = []) => counts.findIndex((count) => count > 0);
  const [waits] = steps?.[0]?.latencies ?? [];
  expect(tolerated).toBe(2);
  expect([waits?.canary, waits?.baseline].map(placeOf)).toEqual([latencyBucket(0.1), latencyBucket(0.2)]);
});

describe('what is counted of the lines of a witness', () => {
  beforeEach(() => gate.lease(lease));

  it('is what is of this rollout and this step; all others tell only how many come', async () => {
    request('canary', 'u1');
    request('baseline', 'u2', { status: 500 });
    request('canary', 'u3', { nonce: 'n0' });
    request('canary', 'u4', { share: 0.5 });
    request('canary', 'u5', { nonce: undefined });
    expect(step()).toMatchObject({
      weight: 0.01,
      assigned: { canary: 1, baseline: 1 },
      failingUnits: { canary: 0, baseline: 1 },
    });
    expect(gate.observe('n1')).toMatchObject({ usersExposed: 1, usersErrored: 0 });
    expect(gate.observe('n1')).not.toHaveProperty('gap');
    expect(gate.observe('n0')).toBeUndefined();
  });

  it('is what the service said of its user, where the rollout asks for it', async () => {
    const candidate = { ...route.candidate, flag: 'shop.n2', nonce: 'n2' };
    const flags = new Map([flag('shop.n2', 0.01, 1)]);
    gate.update(
      { stopped: false, killed: () => false, flags },
      { ...routed, route: { ...route, candidate } },
    );
    const metrics = [{ name: 'checkout-failed', kind: 'rate' }] as const;
    await gate.lease({ ...lease, flag: 'shop.n2', nonce: 'n2', metrics });
    const said = { nonce: 'n2', metrics: { 'checkout-failed': true, other: 3 } };
    for (const user of ['u1', 'u1', 'u2']) request('canary', user, said);
    expect(gate.observe('n2')?.steps.at(-1)?.metrics).toEqual([
      { name: 'checkout-failed', coins: [{ after: 0, canary: [2], baseline: [0] }] },
    ]);
  });

  it('begins a step with its first line, and what comes late of the step before is not of it', async () => {
    request('canary', 'u1');
    follow(0.1, 2);
    await gate.lease({ ...lease, version: 2, step: 1, weight: 0.1 });
    request('canary', 'u2');
    request('canary', 'u3', { share: 0.1 });
    request('canary', 'u4');
    expect(gate.observe('n1')?.steps.map(({ weight, assigned }) => [weight, assigned.canary])).toEqual([
      [0.01, 2],
      [0.1, 1],
    ]);
  });

  it.each([
    ['no JSON', '{"t":'],
    ['no record', '{"arm":"canary"}'],
    ['of the future', JSON.stringify({ t: now + 3600, arm: 'canary', user: 'u', error: false })],
    ['of milliseconds', JSON.stringify({ t: now * 1000, arm: 'canary', user: 'u', error: false })],
    ['no stamp', JSON.stringify({ t: now, arm: 'canary', user: 'u', error: false, nonce: 5 })],
  ])('is not whole once a line is %s; harm counts all the same', (_, line) => {
    request('canary', 'u1');
    gate.heard(line);
    request('canary', 'u2', { status: 500 });
    expect(gate.observe('n1')?.gap).toMatch(/a line of the front door's witness could not be counted/);
    expect(step()?.firstErrors['server-error']).toEqual({ canary: 1, baseline: 0 });
  });

  it('is not whole over a pause that is not the traffic’s own', () => {
    const busy = (from: number) => {
      for (let n = 0; n < 1200; n += 1) request('baseline', `u${n}`, { t: from + n / 20 });
    };
    busy(now - 200);
    expect(gate.observe('n1')?.gap).toMatch(/no request was recorded from/);
  });

  it('takes lines that come in another order for one time', () => {
    request('canary', 'u1', { t: now });
    request('baseline', 'u2', { t: now - 0.5 });
    expect(step()?.units).toEqual({ canary: 1, baseline: 1 });
    expect(gate.observe('n1')).not.toHaveProperty('gap');
    expect(gate.observe('n1')?.lastRequestAt).toBe(new Date(now * 1000).toISOString());
  });
});

describe('windows of a witness', () => {
  const window = (arm: string, t: number, units: object, more: object = of) =>
    told({ t, arm, failed: 0, seconds: 1, ...units, ...more });

  it('are added up where they are of users', async () => {
    await gate.lease(lease);
    for (const t of [now, now + 1]) {
      window('canary', t, { users: 10 });
      window('baseline', t, { users: 990, failed: 4 });
    }
    expect(step()).toMatchObject({
      units: { canary: 20, baseline: 1980 },
      failingUnits: { canary: 0, baseline: 8 },
    });
    expect(gate.observe('n1')).not.toHaveProperty('gap');
    expect(gate.observe('n1')).not.toHaveProperty('requests');
    // Until the other arm has come, it is no window.
    window('canary', now + 2, { users: 10 });
    expect(step()).toMatchObject({ units: { canary: 20, baseline: 1980 } });
    expect(gate.observe('n1')).not.toHaveProperty('gap');
    window('baseline', now + 2, { users: 990 });
    expect(step()).toMatchObject({ units: { canary: 30, baseline: 2970 } });
    for (const arm of ['canary', 'baseline']) window(arm, now + 6, { users: 10 });
    expect(gate.observe('n1')?.gap).toMatch(/nothing was recorded/);
  });

  it('of requests say so, before a rollout too, and are calibrated by what both arms had of one version', async () => {
    const one = async (nonce: string) => {
      const candidate = { ...route.candidate, flag: `shop.${nonce}`, nonce };
      const flags = new Map([flag(`shop.${nonce}`, 0.01, 1)]);
      gate.update(
        { stopped: false, killed: () => false, flags },
        { ...routed, route: { ...route, candidate } },
      );
      await gate.lease({ ...lease, flag: `shop.${nonce}`, nonce });
      window('canary', now + 100, { requests: 10 }, { nonce, share: 0.01 });
      window('baseline', now + 100, { requests: 990 }, { nonce, share: 0.01 });
      return gate.observe(nonce)?.requests;
    };
    expect(gate.totals()).not.toHaveProperty('unit');
    expect(await one('n2')).toEqual({ calibration: null });
    expect(gate.totals().unit).toBe('request');
  });

  it('of requests are calibrated by what was seen before a rollout, and by nothing else', async () => {
    for (let n = 0; n < 40; n += 1)
      for (const arm of ['canary', 'baseline'])
        window(arm, now + n, { requests: 500, failed: 1 + (n % 3) }, {});
    await gate.lease(lease);
    window('canary', now + 40, { requests: 10 });
    window('baseline', now + 40, { requests: 990 });
    expect(gate.observe('n1')?.requests).toMatchObject({ calibration: { windows: 40 } });
  });
});
