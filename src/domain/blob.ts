/** All blobs of one owner are erased together; its name becomes a path. */
export type BlobOwner = `${'chg' | 'task'}_${string}`;

/**
 * Names a blob, and proves what is in it to who can still read it: `hmac-sha256:` and HMAC-SHA-256 over its content in hexadecimal,
 * under a random key that lies encrypted beside the content and is erased with it. A bare digest would go on confirming guesses.
 */
export type Commitment = `hmac-sha256:${string}`;

const ownerName = /^(?:chg|task)_[a-z0-9][a-z0-9-]{0,63}$/;
const commitmentName = /^hmac-sha256:[0-9a-f]{64}$/;

export function isBlobOwner(text: string): text is BlobOwner {
  return ownerName.test(text);
}

export function isCommitment(text: unknown): text is Commitment {
  return typeof text === 'string' && commitmentName.test(text);
}

export type BlobTrouble =
  /** It is not there, or who could read it is not. */
  | { readonly kind: 'missing'; readonly detail: string }
  /** It is not what its name says, or does not open. */
  | { readonly kind: 'altered'; readonly detail: string };
