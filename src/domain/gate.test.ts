import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GateInput, gateExpiry, gateRefusal, gateStatement } from './gate.ts';

const at = new Date('2026-01-01T00:00:00Z');
const input: GateInput = {
  change: 'chg_1',
  decision: {
    value: 'permit',
    codes: ['policy.permitted'],
    reasons: [],
    policyIds: ['one'],
    policyDigest: 'a'.repeat(64),
    level: 'deploy',
  },
  digest: `gitTree:${'b'.repeat(40)}`,
  resource: 'main@tip',
  log: { size: 7, root: 'c'.repeat(64) },
  inputs: [{ uri: 'git:head', digest: `gitCommit:${'d'.repeat(40)}` }],
  at,
  expires: gateExpiry(at, 'merge'),
  nonce: 'n',
};
const wanted = { change: 'chg_1', resource: 'main@tip', policyDigest: 'a'.repeat(64), now: at };
const hours = (count: number) => new Date(at.getTime() + count * 3_600_000);

describe('the gate', () => {
  it('attests what it permits, for a day', () => {
    const statement = gateStatement(input);
    expect(gateRefusal(statement, wanted)).toBeUndefined();
    expect(gateRefusal(statement, { ...wanted, now: hours(23.9) })).toBeUndefined();
    expect(gateRefusal(statement, { ...wanted, now: hours(24) })).toMatch(/expired/);
  });

  it.each(['deny', 'escalate'] as const)('cannot attest %s', (value) => {
    expect(() => gateStatement({ ...input, decision: { ...input.decision, value } })).toThrow(value);
  });

  it.each([
    [{ change: 'chg_2' }, /about chg_1/],
    [{ resource: 'main@other' }, /for main@tip/],
    [{ resource: 'service:shop' }, /for main@tip/],
    [{ policyDigest: 'e'.repeat(64) }, /another policy/],
    [{ now: new Date(Number.NaN) }, undefined],
  ])('refuses when %j is wanted', (over, why) => {
    const refusal = gateRefusal(gateStatement(input), { ...wanted, ...over });
    if (why === undefined) expect(refusal).toBeDefined();
    else expect(refusal).toMatch(why);
  });

  it('refuses what is no decision of its own, or did not pass', () => {
    const statement = gateStatement(input);
    expect(
      gateRefusal({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' }, wanted),
    ).toBeDefined();
    const failed = { ...statement, predicate: { ...statement.predicate, verificationResult: 'FAILED' } };
    expect(gateRefusal(failed, wanted)).toMatch(/FAILED/);
  });

  it('allows exactly what it was asked about', () => {
    const word = fc.constantFrom('chg_1', 'main@tip', 'a'.repeat(64), 'other');
    fc.assert(
      fc.property(word, word, word, (change, resource, policyDigest) => {
        const asked = { change, resource, policyDigest, now: at };
        const same = change === 'chg_1' && resource === 'main@tip' && policyDigest === 'a'.repeat(64);
        expect(gateRefusal(gateStatement(input), asked) === undefined).toBe(same);
      }),
    );
  });
});
