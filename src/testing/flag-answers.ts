import { parseSource } from '../adapters/prover/parse.ts';
import type { FlagAnswer, FlagQuestion } from '../domain/flag-off.ts';
import { answerFlags } from '../flag-off/compare.ts';

const parse = (path: string, text: string) => parseSource(path, text).program;
export const client = `import { OpenFeature } from '@openfeature/server-sdk';\nconst client = OpenFeature.getClient();\n`;
/** A client that answers at once, where the code need not wait. */
export const inPage = client.replace('server-sdk', 'web-sdk');
export const ask = `client.getBooleanValue('new', false)`;
export const details = `client.getBooleanDetails('new', false)`;
export const base = `export async function price(n: number) {\n  const a = twice(n);\n  return a + 1;\n}\nexport function twice(n: number) {\n  return n * 2;\n}\n`;

/** What is beside the one file. */
export type Around = Partial<FlagQuestion>;
export function answer(head: string, from = base, around: Around = {}): FlagAnswer {
  const files = [{ path: 'src/a.ts', base: from, head }, ...(around.files ?? [])];
  return answerFlags(
    { others: [], helpers: [], ...around, files, paths: ['src/a.ts', ...(around.paths ?? [])] },
    parse,
  );
}
export function said({ added, removed, onByDefault, doubts, off, restores, wants }: FlagAnswer): string {
  if (doubts.length > 0) return `unclear: ${doubts[0]?.why}`;
  if (onByDefault.length > 0) return 'on by default';
  if (wants.length > 0) return `wants ${wants.join()}`;
  if (off !== undefined) return 'differs';
  if (added.length > 0) return 'equivalent';
  return removed.length > 0 ? `removed ${restores}` : 'none';
}
/** The head with this in front of the return of `price`. */
export const inFront = (text: string) => client + base.replace('  return a + 1', `  ${text}\n  return a + 1`);
