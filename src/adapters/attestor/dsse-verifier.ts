import type { KeyObject } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Attestation, AttestationVerifier, Role, Statement } from '../../ports/attestor.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { namesDigest, parseStatement, payloadType } from './statement-format.ts';

/** Verifies offline against the public keys of a key ring: no transparency log, timestamp authority or certificate is asked for. */
export class DsseVerifier implements AttestationVerifier {
  readonly #keyRing: Pick<KeyRing, 'publicKey'>;

  constructor(keyRing: Pick<KeyRing, 'publicKey'>) {
    this.#keyRing = keyRing;
  }

  async verify(role: Role, attestation: Attestation, digest: string): Promise<Statement> {
    const [{ bundleFromJSON }, sigstore] = await Promise.all([
      import('@sigstore/bundle'),
      import('@sigstore/verify'),
    ]);
    const publicKey = await this.#keyRing.publicKey(role);
    const bundle = refusing(role, () => bundleFromJSON(attestation));
    const payload = signedPayload(role, bundle);
    const trusted = onlyKey(role, publicKey);
    const verifier = new sigstore.Verifier(trusted, {
      ctlogThreshold: 0,
      tlogThreshold: 0,
      timestampThreshold: 0,
    });
    refusing(role, () => verifier.verify(sigstore.toSignedEntity(bundle)));
    const statement = parseStatement(payload);
    if (typeof statement === 'string') throw invalid(role, statement);
    if (!namesDigest(statement, digest)) {
      throw invalid(role, `it is about ${JSON.stringify(statement.subject)}, not about ${digest}`);
    }
    return statement;
  }
}

/** The one key that counts: another role's key is as good as none. */
function onlyKey(role: Role, publicKey: KeyObject) {
  return {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: (hint: string) => {
      if (hint !== role) throw new Error(`it is signed by ${JSON.stringify(hint)}`);
      return { publicKey, validFor: () => true };
    },
  };
}

/** Narrow on purpose: one signature, a key (never a certificate), nothing that only a log or an authority could vouch for. */
function signedPayload(role: Role, bundle: Bundle): Buffer {
  const { content, verificationMaterial: material } = bundle;
  if (content.$case !== 'dsseEnvelope') throw invalid(role, 'it holds no DSSE envelope');
  if (material.content.$case !== 'publicKey') throw invalid(role, 'it is not signed by a plain key');
  const { signatures, payloadType: type, payload } = content.dsseEnvelope;
  if (signatures.length !== 1) throw invalid(role, `it has ${signatures.length} signatures`);
  if (type !== payloadType) throw invalid(role, `its payload type is ${JSON.stringify(type)}`);
  return payload;
}

function refusing<T>(role: Role, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw invalid(role, messageOf(cause), cause);
  }
}

function invalid(role: Role, why: string, cause?: unknown): AutolandError {
  return new AutolandError('attestation.invalid', `expected an attestation signed by the ${role}: ${why}`, {
    mend: 'nothing may rest on it; have it made again, and find out who altered it',
    cause,
  });
}
