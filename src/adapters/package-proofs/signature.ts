import { verify } from 'node:crypto';
import type { SignatureProof } from '../../domain/npm/package-proofs.ts';
import type { RegistryKey } from './keys.ts';

export type Signed = {
  readonly name: string;
  readonly version: string;
  /** undefined: the registry gives none, so there is nothing that a signature could be of. */
  readonly integrity: string | undefined;
  /** RFC 3339; undefined: the registry gives no time. */
  readonly publishedAt: string | undefined;
  /** undefined: what is served is no list of signatures. */
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[] | undefined;
};

/**
 * ECDSA P-256 with SHA-256 over `name@version:integrity` (https://docs.npmjs.com/about-registry-signatures). As npm reads
 * it, a key signs what was published before its end, and older versions too: npm signs them anew when it has a new key.
 */
export function verifySignature(signed: Signed, keys: readonly RegistryKey[]): SignatureProof {
  if (signed.signatures === undefined) return { kind: 'unknown', why: 'what is served cannot be read' };
  const proofs = signed.signatures.map((one) => verifyOne(signed, one, keys));
  // Strictest first: nothing that is added makes up for one that is wrong.
  for (const kind of ['wrong', 'verified', 'expired', 'unknown'] as const) {
    const found = proofs.find((proof) => proof.kind === kind);
    if (found !== undefined) return found;
  }
  return { kind: 'none' };
}

type Signature = NonNullable<Signed['signatures']>[number];

function verifyOne(signed: Signed, { keyid, sig }: Signature, keys: readonly RegistryKey[]): SignatureProof {
  const own = keys.find(({ id, use }) => use === 'signatures' && id === keyid);
  if (own === undefined) return { kind: 'unknown', why: `its key ${keyid} is not a trusted one` };
  if (signed.integrity === undefined) return { kind: 'wrong', keyId: keyid };
  const text = Buffer.from(`${signed.name}@${signed.version}:${signed.integrity}`);
  if (!verify('sha256', text, own.key, Buffer.from(sig, 'base64'))) return { kind: 'wrong', keyId: keyid };
  if (own.end === undefined) return { kind: 'verified', keyId: keyid };
  if (signed.publishedAt === undefined) {
    return { kind: 'unknown', why: `its key ${keyid} has ended, and no time of publication is given` };
  }
  const isLater = Date.parse(signed.publishedAt) >= own.end.getTime();
  return isLater
    ? { kind: 'expired', keyId: keyid, end: own.end.toISOString() }
    : { kind: 'verified', keyId: keyid };
}
