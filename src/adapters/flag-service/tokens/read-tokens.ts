import { z } from 'zod';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { readIfThere } from '../../runtime/files.ts';
import { type KeptToken, type StoredToken, tokenScopes } from './token.ts';

/** Of every token. */
export const keptFields = {
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  by: z.string(),
  at: z.string(),
};

const stored: z.ZodType<StoredToken> = z.strictObject({
  ...keptFields,
  environment: z.string(),
  scopes: z.array(z.enum(tokenScopes)).min(1),
});

/** By id. No file: no token. Throws `state.corrupt`. */
export function readTokens(path: string): ReadonlyMap<string, StoredToken> {
  return readTokensAs(path, stored, 'flag tokens');
}

/** The same of any kind; `what`: its name, for people. */
export function readTokensAs<Kept extends KeptToken>(
  path: string,
  kind: z.ZodType<Kept>,
  what: string,
): ReadonlyMap<string, Kept> {
  const file = z.strictObject({ version: z.literal(1), tokens: z.array(kind) });
  try {
    const text = readIfThere(path);
    const tokens = text === undefined ? [] : file.parse(JSON.parse(text)).tokens;
    return new Map(tokens.map((token) => [token.id, token]));
  } catch (cause) {
    throw new AutolandError(
      'state.corrupt',
      `expected ${what} in ${path}, found something else: ${toldOf(cause)}`,
      { mend: 'no token counts meanwhile. Remove the file, and give clients new tokens', cause },
    );
  }
}

function toldOf(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return messageOf(cause);
  const [issue] = cause.issues;
  return `${issue?.path.join('.')}: ${issue?.message}`;
}
