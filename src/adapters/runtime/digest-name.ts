import { AutolandError } from '../../domain/errors.ts';

/** The first twelve digits of a digest, for names. */
export function digestName(digest: string): string {
  const found = /^sha256:([0-9a-f]{12})[0-9a-f]{52}$/.exec(digest)?.[1];
  if (found !== undefined) return found;
  throw new AutolandError(
    'usage',
    `a digest must be sha256: and 64 hex digits, found ${JSON.stringify(digest.slice(0, 80))}`,
  );
}
