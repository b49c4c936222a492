import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const tokenScopes = ['read', 'kill'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** What is kept of a token, whatever it is for: enough to know it again, not to make it. */
export type KeptToken = {
  readonly id: string;
  /** For people, and the journal. */
  readonly name: string;
  /** SHA-256 of the secret, as hex. The secret is 256 random bits, so that no slow hash is needed. */
  readonly hash: string;
  readonly by: string;
  readonly at: string;
};

export type StoredToken = KeptToken & {
  readonly environment: string;
  readonly scopes: readonly TokenScope[];
};

/** How a token begins: for scanners that look for secrets in texts, and so that none counts where it is not meant for. */
export type TokenPrefix = 'alflag' | 'almcp';

const pattern = /^([a-z]+)_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export function makeToken(prefix: TokenPrefix): {
  readonly id: string;
  readonly token: string;
  readonly hash: string;
} {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, token: `${prefix}_${id}_${secret}`, hash: hashOf(secret).toString('hex') };
}

const nobody = Buffer.alloc(32);

/** The kept token that this text is; compared in constant time, also where none has its id. */
export function tokenOf<Kept extends KeptToken>(
  text: string,
  known: ReadonlyMap<string, Kept>,
  prefix: TokenPrefix,
): Kept | undefined {
  const [, begins = '', id = '', secret = ''] = pattern.exec(text) ?? [];
  const kept = known.get(id);
  const expected = kept === undefined ? nobody : Buffer.from(kept.hash, 'hex');
  const isSame = timingSafeEqual(hashOf(secret), expected);
  return isSame && secret !== '' && begins === prefix ? kept : undefined;
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
