import { AutolandError } from '../../../domain/errors.ts';
import { withFileLock } from '../../runtime/file-lock.ts';
import { writeAtomic } from '../../runtime/files.ts';
import type { StateLayout } from '../../runtime/state-layout.ts';
import { readTokens } from './read-tokens.ts';
import { makeToken, type StoredToken } from './token.ts';

export type NewToken = Pick<StoredToken, 'name' | 'environment' | 'scopes' | 'by' | 'at'>;

/** STATE/flag-tokens.json. Throws `state.corrupt` where it is not as it was written. */
export class TokenFile {
  readonly #layout: StateLayout;

  constructor(layout: StateLayout) {
    this.#layout = layout;
  }

  list(): readonly StoredToken[] {
    return [...readTokens(this.#layout.flagTokens).values()];
  }

  /** The token itself is answered once, and kept nowhere. */
  add(wanted: NewToken): { readonly stored: StoredToken; readonly token: string } {
    const { id, token, hash } = makeToken();
    const stored = { id, ...wanted, hash };
    this.#change((tokens) => [...tokens, stored]);
    return { stored, token };
  }

  /** Throws `token.not-found`. */
  remove(id: string): StoredToken {
    const found = this.list().find((token) => token.id === id);
    if (found === undefined) throw unknownToken(id, this.list());
    this.#change((tokens) => tokens.filter((token) => token.id !== id));
    return found;
  }

  #change(to: (tokens: readonly StoredToken[]) => readonly StoredToken[]): void {
    withFileLock(this.#layout.flagTokensLock, () => {
      const tokens = to(this.list());
      writeAtomic(this.#layout.flagTokens, `${JSON.stringify({ version: 1, tokens }, undefined, 2)}\n`);
    });
  }
}

function unknownToken(id: string, known: readonly StoredToken[]): AutolandError {
  const ids = known.map((token) => `${token.id} (${token.name})`).join(', ');
  return new AutolandError(
    'token.not-found',
    `expected the id of a flag token, found ${JSON.stringify(id.slice(0, 40))}`,
    { mend: ids === '' ? 'there is none: autoland flags token makes one' : `use one of: ${ids}` },
  );
}
