import type { KeyObject } from 'node:crypto';
import type { Role } from './attestor.ts';

/** Ed25519 keys, one per role. MUST reject with `key.missing` for a role whose key this process does not hold. */
export interface KeyRing {
  sign(role: Role, bytes: Uint8Array): Promise<Buffer>;
  publicKey(role: Role): Promise<KeyObject>;
}
