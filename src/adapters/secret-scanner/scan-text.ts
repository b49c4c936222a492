import { createHmac } from 'node:crypto';
import type { SecretMatch } from '../../domain/secrets.ts';
import { credentialMatches } from './credentials.ts';
import { lineOf } from './lines.ts';
import { presetMatches } from './preset.ts';
import { randomValueMatches } from './random-values.ts';
import type { RawMatch } from './raw-match.ts';

const most = 200;

/** DANGER: regular expressions of others over hostile text may not end. Call it in a child process only. */
export async function scanText(path: string, text: string, key: Buffer): Promise<readonly SecretMatch[]> {
  const sure = apartFrom(
    [],
    [...(await presetMatches(path, text)), ...credentialMatches(text)].slice(0, most),
  );
  const guesses = apartFrom(sure, randomValueMatches(path, text).slice(0, most));
  const lineAt = lineOf(text);
  // The certain ones first, so that no crowd of guesses can push one out.
  return [...sure, ...guesses].slice(0, most).map(({ rule, certain, from, to }) => ({
    rule,
    certain,
    line: lineAt(from),
    fingerprint: createHmac('sha256', key).update(text.slice(from, to)).digest('base64url'),
  }));
}

/** Those that meet none before them: one credential is one finding. */
function apartFrom(found: readonly RawMatch[], more: readonly RawMatch[]): readonly RawMatch[] {
  const all = [...found];
  for (const one of more) if (!all.some((other) => meet(one, other))) all.push(one);
  return all.slice(found.length);
}

function meet(one: RawMatch, other: RawMatch): boolean {
  return one.from < other.to && other.from < one.to;
}
