import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const tokenScopes = ['read', 'kill'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** What is kept of a token: enough to know it again, not to make it. */
export type StoredToken = {
  readonly id: string;
  /** For people, and the journal. */
  readonly name: string;
  readonly environment: string;
  readonly scopes: readonly TokenScope[];
  /** SHA-256 of the secret, as hex. The secret is 256 random bits, so that no slow hash is needed. */
  readonly hash: string;
  readonly by: string;
  readonly at: string;
};

/** Its beginning is for scanners that look for secrets in texts. */
const pattern = /^alflag_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export function makeToken(): { readonly id: string; readonly token: string; readonly hash: string } {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, token: `alflag_${id}_${secret}`, hash: hashOf(secret).toString('hex') };
}

const nobody = Buffer.alloc(32);

/** The stored token that this text is; compared in constant time, also where none has its id. */
export function tokenOf(text: string, known: ReadonlyMap<string, StoredToken>): StoredToken | undefined {
  const [, id = '', secret = ''] = pattern.exec(text) ?? [];
  const stored = known.get(id);
  const expected = stored === undefined ? nobody : Buffer.from(stored.hash, 'hex');
  const isSame = timingSafeEqual(hashOf(secret), expected);
  return isSame && secret !== '' ? stored : undefined;
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
