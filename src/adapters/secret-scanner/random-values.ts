import { isTestFile } from '../../domain/test-file.ts';
import { isPlaceholder } from './credentials.ts';
import type { RawMatch } from './raw-match.ts';

const named =
  /(?:secret|token|passw(?:or)?d|passphrase|(?:api|access|private|signing|encryption|auth)[_-]?key|credential)[A-Za-z0-9_-]{0,20}["'`\]]{0,2}\s{0,5}(?::\s{0,3}string\s{0,3})?(?:=>|[:=])\s{0,5}/gi;
const quoted = /["'`](?<value>[^\s"'`\\]{16,200})["'`]/y;
const bare = /(?<value>[^\s"'`\\#;,&]{16,200})(?=\s|$|#|;)/y;

/** Where a value stands without quotes; elsewhere that is a name of the program. */
const settings =
  /(^|\/)(\.env[^/]*|[^/]*\.(env|ini|cfg|conf|properties|ya?ml|toml|tfvars|npmrc|sh))$|(^|\/)\.npmrc$/i;
/** What a machine writes and holds random text that is no secret. */
const machineWritten =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|composer\.lock|cargo\.lock|go\.sum)$|\.(snap|map|svg|min\.[cm]?js|lock|sum)$/i;

/** A name that speaks of a credential is given text that looks random. A guess: it is for a person. */
export function randomValueMatches(path: string, text: string): readonly RawMatch[] {
  if (machineWritten.test(path) || isTestFile(path)) return [];
  const found: RawMatch[] = [];
  for (const match of text.matchAll(named)) {
    const at = match.index + match[0].length;
    const value = valueAt(text, at, quoted) ?? (settings.test(path) ? valueAt(text, at, bare) : undefined);
    if (value === undefined || !looksRandom(value.text)) continue;
    found.push({
      rule: 'random-value',
      certain: false,
      from: value.from,
      to: value.from + value.text.length,
    });
  }
  return found;
}

function valueAt(text: string, at: number, shape: RegExp): { text: string; from: number } | undefined {
  const sticky = new RegExp(shape);
  sticky.lastIndex = at;
  const match = sticky.exec(text);
  const value = match?.groups?.value;
  return match === null || value === undefined
    ? undefined
    : { text: value, from: match.index + match[0].indexOf(value) };
}

/** Bits for each character; a language has fewer than four, 32 random hex digits have about 3.6 of their four. */
const leastBits = 3.3;
const leastKinds = 2;

function looksRandom(value: string): boolean {
  if (isPlaceholder(value) || /^(sha\d{1,3}-|data:|https?:|\/|\.|@|#)/i.test(value)) return false;
  if (!/^[\w+/=.~!@%^&*:-]+$/.test(value) || /^\d+$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length;
  return kinds >= leastKinds && bits(value) >= leastBits && !isMadeOfWords(value);
}

/** `refreshTokenExpiresIn`, `AUTH_TOKEN_V2`, `user.session.token`: names of things. */
function isMadeOfWords(value: string): boolean {
  const words = value.match(/[A-Z]?[a-z]{3,}|[A-Z]{3,}(?![a-z])/g) ?? [];
  const covered = words.reduce((total, word) => total + word.length, 0);
  const digits = (value.match(/\d/g) ?? []).length;
  return digits <= 2 || covered >= value.length * 0.7;
}

/** Shannon's entropy of its characters. */
function bits(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce(
    (sum, count) => sum - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}
