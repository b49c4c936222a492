import { AutolandError } from '../../../domain/errors.ts';
import { withFileLock } from '../../runtime/file-lock.ts';
import { writeAtomic } from '../../runtime/files.ts';
import type { StateLayout } from '../../runtime/state-layout.ts';
import { readTokens } from './read-tokens.ts';
import { type KeptToken, makeToken, type StoredToken, type TokenPrefix } from './token.ts';

export type NewToken = Omit<StoredToken, 'id' | 'hash'>;

/** One kind of token, and the file that keeps it. */
export type TokenKind<Kept extends KeptToken> = {
  readonly prefix: TokenPrefix;
  readonly path: string;
  readonly lock: string;
  /** Throws `state.corrupt`. */
  readonly read: (path: string) => ReadonlyMap<string, Kept>;
  /** For people: `a flag token`, and the command that makes one. */
  readonly what: string;
  readonly makes: string;
};

/** A file of tokens. Throws `state.corrupt` where it is not as it was written. */
export class TokensOf<Kept extends KeptToken> {
  readonly #kind: TokenKind<Kept>;

  constructor(kind: TokenKind<Kept>) {
    this.#kind = kind;
  }

  list(): readonly Kept[] {
    return [...this.#kind.read(this.#kind.path).values()];
  }

  /** The token itself is answered once, and kept nowhere. */
  add(kept: (known: Pick<KeptToken, 'id' | 'hash'>) => Kept): {
    readonly stored: Kept;
    readonly token: string;
  } {
    const { token, ...known } = makeToken(this.#kind.prefix);
    const stored = kept(known);
    this.#change((tokens) => [...tokens, stored]);
    return { stored, token };
  }

  /** Throws `token.not-found`. */
  remove(id: string): Kept {
    const found = this.list().find((token) => token.id === id);
    if (found === undefined) throw unknownToken(id, this.list(), this.#kind);
    this.#change((tokens) => tokens.filter((token) => token.id !== id));
    return found;
  }

  #change(to: (tokens: readonly Kept[]) => readonly Kept[]): void {
    const { lock, path } = this.#kind;
    withFileLock(lock, () => {
      const tokens = to(this.list());
      writeAtomic(path, `${JSON.stringify({ version: 1, tokens }, undefined, 2)}\n`);
    });
  }
}

/** STATE/flag-tokens.json. */
export class TokenFile {
  readonly #tokens: TokensOf<StoredToken>;

  constructor({ flagTokens, flagTokensLock }: StateLayout) {
    this.#tokens = new TokensOf({
      prefix: 'alflag',
      path: flagTokens,
      lock: flagTokensLock,
      read: readTokens,
      what: 'a flag token',
      makes: 'autoland flags token',
    });
  }

  list(): readonly StoredToken[] {
    return this.#tokens.list();
  }

  add(wanted: NewToken): { readonly stored: StoredToken; readonly token: string } {
    return this.#tokens.add(({ id, hash }) => ({ id, ...wanted, hash }));
  }

  remove(id: string): StoredToken {
    return this.#tokens.remove(id);
  }
}

function unknownToken(
  id: string,
  known: readonly KeptToken[],
  { what, makes }: Pick<TokenKind<never>, 'what' | 'makes'>,
): AutolandError {
  const ids = known.map((token) => `${token.id} (${token.name})`).join(', ');
  return new AutolandError(
    'token.not-found',
    `expected the id of ${what}, found ${JSON.stringify(id.slice(0, 40))}`,
    { mend: ids === '' ? `there is none: ${makes} makes one` : `use one of: ${ids}` },
  );
}
