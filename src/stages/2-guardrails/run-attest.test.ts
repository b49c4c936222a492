import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DsseAttestor } from '../../adapters/attestor/dsse-attestor.ts';
import { DsseVerifier } from '../../adapters/attestor/dsse-verifier.ts';
import type { JsonObject } from '../../domain/json.ts';
import { MemoryKeyRing } from '../../testing/memory-keys.ts';
import { attestReport } from './run-attest.ts';

const [base, tree] = ['a'.repeat(40), 'b'.repeat(40)];
const results = [
  { name: 'scope', verdict: 'pass', code: 'scope.within', reason: 'small', evidence: {}, ms: 1 },
  { name: 'tests', verdict: 'abstain', code: 'tests.flaky', reason: 'flaky', evidence: {}, ms: 1 },
] as const;

async function attest() {
  const keyRing = new MemoryKeyRing();
  const notes: JsonObject[] = [];
  const note = async (_type: string, data: JsonObject) => {
    notes.push(data);
  };
  const ctx = { id: 'chg_1', now: new Date('2026-01-02T03:04:05Z'), note };
  const report = { verdict: 'abstain', results } as const;
  const attested = await attestReport(new DsseAttestor(keyRing), ctx, { base, tree }, report);
  return { notes, attested, verifier: new DsseVerifier(keyRing) };
}

describe('attestReport', () => {
  it('signs each finding and a summary as the verifier, about the tree that was checked', async () => {
    const { notes, attested, verifier } = await attest();
    expect(attested.map(({ name }) => name)).toEqual(['scope', 'tests', 'summary']);
    for (const [at, { attestation }] of notes.entries()) {
      const bundle = attestation as JsonObject;
      const statement = await verifier.verify('verifier', bundle, `gitTree:${tree}`);
      const { payload } = bundle.dsseEnvelope as { payload: string };
      const hex = createHash('sha256').update(Buffer.from(payload, 'base64')).digest('hex');
      expect(attested[at]?.digest).toBe(`sha256:${hex}`);
      expect(statement.subject).toEqual([{ name: 'chg_1', digest: { gitTree: tree } }]);
    }
  });

  it('is of no use for another tree, nor as the word of another role', async () => {
    const { notes, verifier } = await attest();
    const bundle = notes[0]?.attestation as JsonObject;
    await expect(verifier.verify('verifier', bundle, `gitTree:${base}`)).rejects.toMatchObject({
      code: 'attestation.invalid',
    });
    await expect(verifier.verify('gate', bundle, `gitTree:${tree}`)).rejects.toMatchObject({
      code: 'attestation.invalid',
    });
  });
});
