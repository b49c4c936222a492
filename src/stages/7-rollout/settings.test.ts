import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import type { Signal } from '../../domain/journal.ts';
import { sampleDemotion } from '../../testing/changes.ts';
import { readCommand } from './commands.ts';
import { barrierTo, settingsOf } from './settings.ts';

const looking = (seconds: number) =>
  settingsOf(parseConfig(`version: 1\nrollout: { lookSeconds: ${seconds} }`, 'test.yaml'));

describe('settingsOf', () => {
  it('leases for four looks, never shorter than 5 s', () => {
    expect(looking(0.5)).toMatchObject({ lookMs: 500, leaseMs: 5000, staleAfterSeconds: 10 });
    expect(looking(10)).toMatchObject({ lookMs: 10_000, leaseMs: 40_000, staleAfterSeconds: 100 });
  });

  it('never asks for a lease beyond the minute that the router grants', () => {
    const allowed = fc.double({ min: 0.1, max: 15, noNaN: true });
    fc.assert(fc.property(allowed, (seconds) => looking(seconds).leaseMs <= 60_000));
    expect(() => looking(15.1)).toThrow();
  });
});

describe('barrierTo', () => {
  const decided = {
    value: 'permit',
    codes: [],
    reasons: [],
    policyIds: [],
    policyDigest: 'p',
    level: 'deploy',
  } as const;
  const now = new Date('2026-01-01T00:00:00.000Z');
  const clear = {
    ...{ stopped: undefined, demotion: undefined, frozen: undefined, decided, policyDigest: 'p' },
    ...{ expires: '2026-01-01T00:00:00.001Z', now },
  };
  const bad = {
    stopped: { stopped: { by: 'alice', reason: 'odd' } },
    merge: { decided: { ...decided, level: 'merge' } },
    undecided: { decided: undefined },
    denied: { decided: { ...decided, value: 'deny' } },
    changed: { policyDigest: 'q' },
    demoted: { demotion: sampleDemotion },
    expired: { expires: now.toISOString() },
    timeless: { expires: 'some day' },
    frozen: { frozen: 'outside the deploy windows' },
  } as const;

  it.each([
    ['stopped', { code: 'rollout.stopped', closes: true, final: false }],
    ['merge', { code: 'rollout.not-permitted', closes: true, final: true }],
    ['undecided', { code: 'rollout.not-permitted', closes: true, final: true }],
    ['denied', { code: 'rollout.not-permitted', closes: true, final: true }],
    ['changed', { code: 'rollout.policy-changed', closes: true, final: true }],
    ['demoted', { code: 'rollout.demoted', closes: true, final: true }],
    ['expired', { code: 'rollout.expired', closes: true, final: true }],
    ['timeless', { code: 'rollout.expired', closes: true, final: true }],
    ['frozen', { code: 'rollout.frozen', closes: false, final: false }],
  ] as const)('%s', (name, expected) => {
    expect(barrierTo({ ...clear, ...bad[name] })).toMatchObject(expected);
  });

  it('falls only when every bad fact is gone, and closes when any fact that closes is there', () => {
    expect(barrierTo(clear)).toBeUndefined();
    fc.assert(
      fc.property(fc.subarray(Object.values(bad)), (facts) => {
        const barrier = barrierTo(Object.assign({}, clear, ...facts));
        expect(barrier !== undefined).toBe(facts.length > 0);
        expect(barrier?.closes ?? false).toBe(facts.some((fact) => fact !== bad.frozen));
      }),
    );
  });
});

describe('readCommand', () => {
  const signal = (name: string, data: Signal['data'] = {}): Signal => ({
    change: 'chg_1',
    name,
    key: 'k',
    actor: 'person:a',
    data,
  });
  it.each([
    ['rollout.pause', {}, { kind: 'pause' }],
    ['rollout.continue', {}, { kind: 'resume' }],
    ['rollout.advance', {}, { kind: 'advance' }],
    ['rollout.set', { step: 0 }, { kind: 'set', step: 0 }],
    ['rollout.set', { step: -1 }, undefined],
    ['rollout.set', { step: 0.5 }, undefined],
    ['rollout.set', { step: '1' }, undefined],
    ['rollout.set', {}, undefined],
    ['rollback', {}, undefined],
    ['toString', {}, undefined],
  ])('%s %j', (name, data, expected) => {
    expect(readCommand(signal(name, data))).toEqual(expected);
  });
});
