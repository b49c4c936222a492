import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Role } from '../ports/attestor.ts';
import type { KeyRing } from '../ports/key-ring.ts';

/** A key for each role, made when first asked for. */
export class MemoryKeyRing implements KeyRing {
  readonly #pairs = new Map<Role, { publicKey: KeyObject; privateKey: KeyObject }>();

  async sign(role: Role, bytes: Uint8Array): Promise<Buffer> {
    return sign(null, bytes, this.#pairOf(role).privateKey);
  }

  async publicKey(role: Role): Promise<KeyObject> {
    return this.#pairOf(role).publicKey;
  }

  #pairOf(role: Role) {
    const pair = this.#pairs.get(role) ?? generateKeyPairSync('ed25519');
    this.#pairs.set(role, pair);
    return pair;
  }
}
