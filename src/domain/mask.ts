/** Stands in the place of what was taken out. */
export const MASK = '[masked]';

/** A shorter piece of a value is only a piece of many words too. */
const PIECE = 8;
/** A shorter value is masked where it stands alone: inside of words it would be found everywhere. */
const ANYWHERE = 4;

// What is repeated has a limit everywhere: who writes the text must not decide how long it takes to look through it.
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, MASK],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]{1,1000}@/gi, `$1${MASK}@`],
  [/\beyJ[\w-]{5,2000}\.[\w-]{5,2000}\.[\w-]{0,2000}/g, MASK],
  [/\b(?:gh[pousr]_|github_pat_|npm_|glpat-|xox[abeoprs]-|sk-|[rs]k_(?:live|test)_)[\w-]{16,255}/g, MASK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}/g, MASK],
  [/\b(bearer|basic)\s{1,5}[\w.~+/=-]{8,4000}/gi, `$1 ${MASK}`],
  [
    /((?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)["']?\s{0,5}[=:]\s{0,5}["']?)[^\s"',;&]{1,4000}/gi,
    `$1${MASK}`,
  ],
];

/**
 * Takes the secrets out of a text that goes where many can read it: these values, and what looks like a credential.
 * It finds what was written as it is, or as JSON and URLs write it, whole or one of its parts (a line, the password of a
 * URL, a string in JSON); not what was encoded otherwise or cut up. Text that ends MUST be cut after this, not before.
 */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const known = cover(text, [...new Set(secrets.flatMap(formsOf))]);
  return SHAPES.reduce((masked, [shape, by]) => masked.replace(shape, by), known);
}

function formsOf(secret: string): string[] {
  const pieces = [...secret.split(/\r?\n/), ...stringsOf(parsed(secret))].filter(
    ({ length }) => length >= PIECE,
  );
  const values = [secret, secret.trim(), ...passwordsOf(secret), ...pieces].map((value) =>
    value.toWellFormed(),
  );
  const all = values.flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
  ]);
  return all.filter((form) => form !== '');
}

/** Puts one mark over each stretch of the text that the forms cover, also where they overlap. */
function cover(text: string, forms: readonly string[]): string {
  const spans = forms.flatMap((form) => spansOf(text, form)).toSorted(([a], [b]) => a - b);
  let masked = '';
  let end = 0;
  for (const [from, to] of spans) {
    if (from >= end) masked += `${text.slice(end, from)}${MASK}`;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
}

function spansOf(text: string, form: string): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (let from = text.indexOf(form); from !== -1; from = text.indexOf(form, from + 1)) {
    const to = from + form.length;
    const inWord = /[A-Za-z0-9]/.test(`${text[from - 1] ?? ''}${text[to] ?? ''}`);
    if (form.length >= ANYWHERE || !inWord) spans.push([from, to]);
  }
  return spans;
}

/** Of a URL. */
function passwordsOf(secret: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*:([^\s/?#]+)@/i.exec(secret)?.[1];
  return password === undefined ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
