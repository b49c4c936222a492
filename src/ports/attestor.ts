import type { JsonObject } from '../domain/json.ts';

/** Each role has a key of its own; docs/guide/security.md says who may do what. */
export const roles = ['recorder', 'verifier', 'gate', 'lander', 'deployer'] as const;
export type Role = (typeof roles)[number];

/** in-toto Statement v1. https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export type Statement = {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
  readonly predicate: JsonObject;
};

/** A Sigstore bundle v0.3 holding a DSSE envelope, as parsed JSON. */
export type Attestation = JsonObject;

export interface Attestor {
  sign(role: Role, statement: Statement): Promise<Attestation>;
}

/** Holds public keys only. */
export interface AttestationVerifier {
  /** MUST reject with `attestation.invalid` unless the bundle is well-formed, signed by `role`'s key, and names a subject with `digest` (algorithm:hex). */
  verify(role: Role, attestation: Attestation, digest: string): Promise<Statement>;
}
