/** Placeholders keep the shape: letters become `x` and `X`, digits `1`, all else stands, so that parsers still go the same way. */
export function maskAll(text: string): string {
  return text
    .replaceAll(/(?!\p{Lu})[\p{L}\p{M}]/gu, 'x')
    .replaceAll(/\p{Lu}/gu, 'X')
    .replaceAll(/\p{N}/gu, '1');
}

const secretWords =
  /passw|passphrase|passcode|pwd|secret|token|apikey|accesskey|privatekey|signingkey|authoriz|cookie|session|credential|bearer|signature|creditcard|cardnumber|cvv|cvc|iban|ssn|socialsecurity/;
const secretNames = /^(?:x?auth|pass|pin|otp|jwt|sid|csrf|xsrf|salt|key)$/;

/** Whether all that stands under a key of this name is to be hidden, however it is written. */
export function tellsSecret(key: string): boolean {
  const name = key
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  return secretWords.test(name) || secretNames.test(name);
}

const longNumber = 1e8;

export function maskNumber(value: number, hidden: boolean): number {
  if (!hidden && Math.abs(value) < longNumber) return value;
  const masked = Number(String(value).replaceAll(/\d/g, '1'));
  return Number.isFinite(masked) ? masked : 1;
}

const word = '[A-Za-z0-9_-]{0,40}';
const rest = String.raw`["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:Bearer|Basic|Digest)\s+)?`;

/** `name=value`, `"name": "value"` and headers within a text. */
const namedValue = new RegExp(`(${word})(${rest})([^\\s"';,&<>]{1,8192})`, 'g');
const email = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}/gu;
const userInfo = /\/\/[^\s/@]{1,500}@/g;
const credential = /\b(?:bearer|basic|digest)\s+[^\s,;"']{4,8192}/gi;
const privateKey = /-----BEGIN [A-Z ]{1,40}-----[^-]{1,16384}/g;
/** Phone, card and account numbers, with what people put between digits. */
const digits = /\d(?:[ ().-]{0,2}\d){8,}/g;
const address = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f:]{1,8}\b/gi;
const run = /[A-Za-z0-9+/_=~.-]{16,}/g;

/** Hides what looks like somebody's or like a credential within a text, and leaves its shape. */
export function maskText(text: string): string {
  if (text.length < 3) return text;
  return text
    .replaceAll(privateKey, maskAll)
    .replaceAll(namedValue, (all, name: string, sign: string, value: string) =>
      tellsSecret(name) ? `${name}${sign}${maskAll(value)}` : all,
    )
    .replaceAll(credential, (all) => all.replace(/\s.*$/s, maskAll))
    .replaceAll(userInfo, maskAll)
    .replaceAll(email, maskAll)
    .replaceAll(address, maskAll)
    .replaceAll(digits, maskAll)
    .replaceAll(run, (token) =>
      token
        .split(/([/.=])/)
        .map((part) => (isRandom(part) ? maskAll(part) : part))
        .join(''),
    );
}

/** Many different characters of more than one kind: words of a language repeat theirs, and keep to one kind. */
function isRandom(token: string): boolean {
  if (token.length < 12) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(token)).length;
  if (kinds < 2) return false;
  return entropy(token) >= (kinds === 2 && !/\d/.test(token) ? 3.8 : 2.9);
}

/** Shannon's, in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** How values are hidden that are written down. `all`: each of them is, whatever it looks like. */
export type Hiding = {
  text(value: string, all: boolean): string;
  number(value: number, all: boolean): number;
  /** Whether all that stands under, or follows, a name is to be hidden. */
  tells(name: string): boolean;
};

export const secretsHidden: Hiding = {
  text: (value, all) => (all ? maskAll(value) : maskText(value)),
  number: maskNumber,
  tells: tellsSecret,
};

export const nothingHidden: Hiding = { text: (value) => value, number: (value) => value, tells: () => false };
