import type { Redacted } from '../../domain/secrets.ts';
import { credentialMatches } from './credentials.ts';
import { lineOf } from './lines.ts';
import { presetMatches } from './preset.ts';
import { randomValueMatches } from './random-values.ts';
import type { RawMatch } from './raw-match.ts';

/** Of a private key from its first characters on; the longest that are in use have some 13,000. */
const mostOfKey = 40_000;
const endOfKey = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const restOfKey = /(?:[A-Za-z0-9+/=\s:,-]|\\[nr])*/y;

/** DANGER: as scan-text.ts. Unlike there, guesses that meet what is certain are taken out too, and there is no most. */
export async function redactText(path: string, text: string): Promise<Redacted> {
  const found = [
    ...(await presetMatches(path, text)),
    ...credentialMatches(text),
    ...randomValueMatches(path, text),
  ].map((match) => (match.rule.includes('private') ? wholeKey(text, match) : match));
  const lineAt = lineOf(text);
  let [redacted, end] = ['', 0];
  const redactions: { rule: string; line: number }[] = [];
  for (const { rule, from, to } of found.toSorted((one, other) => one.from - other.from)) {
    if (from >= end) {
      redacted += `${text.slice(end, from)}[redacted: ${rule}]`;
      redactions.push({ rule, line: lineAt(from) });
    }
    end = Math.max(end, to);
  }
  return { text: redacted + text.slice(end), redactions };
}

/** What finds a key sees its beginning only. */
function wholeKey(text: string, match: RawMatch): RawMatch {
  endOfKey.lastIndex = match.from;
  const end = endOfKey.exec(text);
  if (end !== null && end.index - match.from <= mostOfKey)
    return { ...match, to: Math.max(match.to, end.index + end[0].length) };
  restOfKey.lastIndex = match.to;
  return { ...match, to: match.to + (restOfKey.exec(text)?.[0].length ?? 0) };
}
