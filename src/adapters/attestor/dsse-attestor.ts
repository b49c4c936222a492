import type { SerializedBundle } from '@sigstore/bundle';
import type { JsonObject } from '../../domain/json.ts';
import type { Attestation, Attestor, Role, Statement } from '../../ports/attestor.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { isJsonObject, payloadType } from './statement-format.ts';

/** Signs statements as DSSE envelopes in Sigstore bundles v0.3, with the key ring's Ed25519 keys; the key hint is the role. */
export class DsseAttestor implements Attestor {
  readonly #keyRing: KeyRing;

  constructor(keyRing: KeyRing) {
    this.#keyRing = keyRing;
  }

  /** Rejects with `key.missing` when this process does not hold the role's key. */
  async sign(role: Role, statement: Statement): Promise<Attestation> {
    // Loaded when first needed: the library would slow down every start of the CLI.
    const [{ DSSEBundleBuilder }, { bundleToJSON }] = await Promise.all([
      import('@sigstore/sign'),
      import('@sigstore/bundle'),
    ]);
    const publicKey = (await this.#keyRing.publicKey(role))
      .export({ type: 'spki', format: 'pem' })
      .toString();
    const signer = {
      sign: async (data: Buffer) => ({
        signature: await this.#keyRing.sign(role, data),
        key: { $case: 'publicKey' as const, publicKey, hint: role },
      }),
    };
    const builder = new DSSEBundleBuilder({ signer, witnesses: [] });
    const bundle = await builder.create({ data: Buffer.from(JSON.stringify(statement)), type: payloadType });
    return plain(bundleToJSON(bundle));
  }
}

/** The library leaves `undefined` members, which JSON has not. */
function plain(bundle: SerializedBundle): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(bundle));
  if (isJsonObject(parsed)) return parsed;
  throw new TypeError('a bundle is an object');
}
