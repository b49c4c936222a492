import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A key with which a registry signs. */
export type RegistryKey = {
  readonly id: string;
  readonly key: KeyObject;
  readonly use: 'signatures' | 'attestations';
  /** undefined: it has none. */
  readonly end: Date | undefined;
};

const instant = z.iso.datetime({ offset: true });

/** https://docs.npmjs.com/about-registry-signatures: what a registry answers at /-/npm/v1/keys. */
const servedSchema = z.looseObject({
  keys: z
    .array(
      z.looseObject({
        keyid: z.string().max(200),
        keytype: z.string(),
        key: z.string().max(2_000),
        expires: instant.nullish(),
      }),
    )
    .max(50),
});

/** Keys of other kinds are left out: what they signed is signed by an unknown key. Throws when it is not a list of keys. */
export function readServedKeys(text: string): readonly RegistryKey[] {
  return servedSchema
    .parse(JSON.parse(text))
    .keys.filter(({ keytype }) => keytype === 'ecdsa-sha2-nistp256')
    .map(({ keyid, key, expires }) => ({
      id: keyid,
      key: publicKey(key),
      use: 'signatures',
      end: expires == null ? undefined : new Date(expires),
    }));
}

const shippedSchema = z.looseObject({
  keys: z.array(
    z.looseObject({
      keyId: z.string(),
      keyUsage: z.string(),
      publicKey: z.looseObject({
        rawBytes: z.string(),
        keyDetails: z.literal('PKIX_ECDSA_P256_SHA_256'),
        validFor: z.looseObject({ end: instant.optional() }),
      }),
    }),
  ),
});

/** npm's own keys as Sigstore's TUF repository has them, in its target registry.npmjs.org/keys.json. */
export function readShippedKeys(text: string): readonly RegistryKey[] {
  return shippedSchema.parse(JSON.parse(text)).keys.flatMap(({ keyId, keyUsage, publicKey: given }) => {
    const use = /^npm:(signatures|attestations)$/.exec(keyUsage)?.[1];
    if (use !== 'signatures' && use !== 'attestations') return [];
    const { end } = given.validFor;
    const validity = end === undefined ? undefined : new Date(end);
    return [{ id: keyId, key: publicKey(given.rawBytes), use, end: validity }];
  });
}

function publicKey(spki: string): KeyObject {
  return createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
}
