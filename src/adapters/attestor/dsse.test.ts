import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import { testResult } from '../../domain/statements.ts';
import { type Role, roles, type Statement } from '../../ports/attestor.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { DsseAttestor } from './dsse-attestor.ts';
import { DsseVerifier } from './dsse-verifier.ts';
import { isJsonObject } from './statement-format.ts';

class MemoryKeyRing implements KeyRing {
  readonly #keys = new Map(roles.map((role) => [role, generateKeyPairSync('ed25519')]));

  async sign(role: Role, bytes: Uint8Array): Promise<Buffer> {
    return sign(null, bytes, this.#pair(role).privateKey);
  }
  async publicKey(role: Role): Promise<KeyObject> {
    return this.#pair(role).publicKey;
  }
  #pair(role: Role) {
    const pair = this.#keys.get(role);
    if (pair === undefined) throw new Error(role);
    return pair;
  }
}

const hex = createHash('sha256').update('release').digest('hex');
const digest = `sha256:${hex}`;
const configuration = [{ name: 'suite', digest }];
const statement: Statement = testResult({
  subject: { name: 'shop', digest },
  result: 'PASSED',
  configuration,
  passed: ['a'],
  warned: [],
  failed: [],
});
const keyRing = new MemoryKeyRing();
const attestor = new DsseAttestor(keyRing);
const verifier = new DsseVerifier(keyRing);
const refused = { code: 'attestation.invalid' };

/** A copy with the member at `path` replaced. */
function altered(value: Json, path: readonly (string | number)[], by: (old: Json) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return by(value);
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? altered(item, rest, by) : item));
  if (!isJsonObject(value)) throw new TypeError(`nothing at ${path.join('.')}`);
  return { ...value, [key]: altered(value[key] ?? null, rest, by) };
}
const change = (bundle: JsonObject, path: readonly (string | number)[], by: (old: Json) => Json) => {
  const made = altered(bundle, path, by);
  if (!isJsonObject(made)) throw new TypeError('not a bundle');
  return made;
};
const rewrite = (from: string, to: string) => (old: Json) =>
  Buffer.from(Buffer.from(String(old), 'base64').toString().replace(from, to)).toString('base64');

describe('an attestation', () => {
  it('is a Sigstore bundle v0.3 that verifies for its role and subject', async () => {
    for (const role of roles) {
      const bundle = await attestor.sign(role, statement);
      expect(bundle).toMatchObject({
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: { publicKey: { hint: role } },
      });
      expect(await verifier.verify(role, JSON.parse(JSON.stringify(bundle)), digest)).toEqual(statement);
    }
  });

  it('can be verified with the standard library alone', async () => {
    const bundle = await attestor.sign('gate', statement);
    const { payload, payloadType, signatures } = JSON.parse(JSON.stringify(bundle)).dsseEnvelope;
    const body = Buffer.from(payload, 'base64');
    // DSSE pre-authentication encoding: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
    const bytes = Buffer.concat([Buffer.from(head), body]);
    const signature = Buffer.from(signatures[0].sig, 'base64');
    expect(verify(null, bytes, await keyRing.publicKey('gate'), signature)).toBe(true);
  });

  it("is refused under another role's key, whatever it says of itself", async () => {
    const bundle = await attestor.sign('verifier', statement);
    await expect(verifier.verify('gate', bundle, digest)).rejects.toMatchObject(refused);
    const relabelled = change(bundle, ['verificationMaterial', 'publicKey', 'hint'], () => 'gate');
    await expect(verifier.verify('gate', relabelled, digest)).rejects.toMatchObject(refused);
    const stranger = await new DsseAttestor(new MemoryKeyRing()).sign('gate', statement);
    await expect(verifier.verify('gate', stranger, digest)).rejects.toMatchObject(refused);
  });

  it('is refused for another subject', async () => {
    const bundle = await attestor.sign('gate', statement);
    const wrong = [`sha256:${'0'.repeat(64)}`, hex, `sha512:${hex}`, 'sha256:', '', `toString:${hex}`, ':'];
    for (const other of wrong) {
      await expect(verifier.verify('gate', bundle, other), other).rejects.toMatchObject(refused);
    }
  });

  it.each<[string, readonly (string | number)[], (old: Json) => Json]>([
    ['payload', ['dsseEnvelope', 'payload'], rewrite('PASSED', 'FAILED')],
    ['payload type', ['dsseEnvelope', 'payloadType'], () => 'text/plain'],
    ['signature', ['dsseEnvelope', 'signatures', 0, 'sig'], () => Buffer.alloc(64).toString('base64')],
    ['no signature', ['dsseEnvelope', 'signatures'], () => []],
    ['two signatures', ['dsseEnvelope', 'signatures'], (old) => [old, old].flat()],
    ['media type', ['mediaType'], () => 'application/json'],
    ['no envelope', ['dsseEnvelope'], () => null],
    ['no material', ['verificationMaterial'], () => null],
    ['a log entry that nobody vouches for', ['verificationMaterial', 'tlogEntries'], () => [{}]],
  ])('is refused with an altered %s', async (_what, path, by) => {
    const bundle = change(await attestor.sign('gate', statement), path, by);
    await expect(verifier.verify('gate', bundle, digest)).rejects.toMatchObject(refused);
  });

  it('is refused when anything at all is cut off or flipped in it', async () => {
    const bundle = await attestor.sign('gate', statement);
    const text = JSON.stringify(change(bundle, ['dsseEnvelope', 'payload'], () => ''));
    await expect(verifier.verify('gate', JSON.parse(text), digest)).rejects.toMatchObject(refused);
    const part = fc.constantFrom<readonly (string | number)[]>(
      ['dsseEnvelope', 'payload'],
      ['dsseEnvelope', 'signatures', 0, 'sig'],
    );
    await fc.assert(
      fc.asyncProperty(part, fc.nat(), fc.boolean(), async (path, position, cut) => {
        const damage = (old: Json) => {
          const bytes = Buffer.from(String(old), 'base64');
          const at = position % bytes.length;
          if (cut) return bytes.subarray(0, at).toString('base64');
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          return bytes.toString('base64');
        };
        await expect(verifier.verify('gate', change(bundle, path, damage), digest)).rejects.toMatchObject(
          refused,
        );
      }),
      { numRuns: 60 },
    );
    for (const nonsense of [{}, { mediaType: 1 }, { dsseEnvelope: [] }]) {
      await expect(verifier.verify('gate', nonsense, digest)).rejects.toMatchObject(refused);
    }
  });

  it.each([
    ['no subject', { ...statement, subject: [] }],
    ['no predicate', { ...statement, predicate: undefined }],
  ])('is refused with %s, even when signed', async (_what, wrong) => {
    const signed = JSON.parse(JSON.stringify(wrong));
    await expect(verifier.verify('gate', await attestor.sign('gate', signed), digest)).rejects.toMatchObject(
      refused,
    );
  });

  it('loads its libraries lazily', () => {
    for (const name of ['dsse-attestor.ts', 'dsse-verifier.ts']) {
      const source = readFileSync(new URL(name, import.meta.url), 'utf8');
      expect(source).not.toMatch(/^import (?!type).*@sigstore/m);
    }
  });
});
