import type { RawMatch } from './raw-match.ts';

/** Every repetition has a limit: who writes the text must not decide how long it takes to look through it. */
type Rule = {
  readonly rule: string;
  readonly shape: RegExp;
  /** The text of the whole match, and its groups. */
  readonly isReal: (groups: readonly string[]) => boolean;
};

/** Formats that the preset does not know, or sees in files of certain names only. */
const credentialRules: readonly Rule[] = [
  {
    // RFC 7468 and PGP; also cut off, encrypted, or with its line breaks written as \n. Prose that names the header goes on otherwise.
    rule: 'private-key',
    shape:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{0,300}?[^A-Za-z0-9+/=-])?(?:\\[nr])*([A-Za-z0-9+/=]{40})/g,
    isReal: ([, body = '']) => isVaried(body),
  },
  {
    // https://docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration
    rule: 'npmrc',
    shape: /:_(?:authToken|auth|password)\s{0,5}=\s{0,5}"?([^\s"]{6,2000})/g,
    isReal: ([, value = '']) => !isPlaceholder(value),
  },
  {
    rule: 'url-credentials',
    shape: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#:@"'<>`]{0,200}:([^\s/?#@"'<>`]{3,500})@[\w.[-]{1,255}/gi,
    isReal: ([url = '']) => isRealUrl(url),
  },
  {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    rule: 'aws-key-id',
    shape: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
    isReal: ([id = '']) => !id.endsWith('EXAMPLE') && new Set(id).size > 7,
  },
  {
    // RFC 7519; the sample that jwt.io shows is in a thousand documents.
    rule: 'jwt',
    shape: /\beyJ[\w-]{10,4000}\.eyJ[\w-]{2,8000}\.[\w-]{20,2000}/g,
    isReal: ([token = '']) => isToken(token),
  },
];

export function credentialMatches(text: string): readonly RawMatch[] {
  return credentialRules.flatMap(({ rule, shape, isReal }) =>
    [...text.matchAll(shape)]
      .filter((match) => isReal([...match].map((group) => group ?? '')))
      .map((match) => {
        // From the value on where there is one: what stands before it on the line does not make it another credential.
        const at = match[1] === undefined ? 0 : match[0].lastIndexOf(match[1]);
        return { rule, certain: true, from: match.index + at, to: match.index + match[0].length };
      }),
  );
}

/** What documents and templates write in the place of a value. */
export function isPlaceholder(value: string): boolean {
  if (/[<>{}]|\$[A-Za-z_(]|^%\w{1,40}%$|\*{3}|\.{3}|…|x{4}/i.test(value)) return true;
  return /(^|[^a-z])(your|my|some|changeme|change-me|example|sample|placeholder|dummy|fake|redacted|masked|hidden|secret|password|token|insert|replace|todo|test|none|null|undefined)([^a-z]|$)/i.test(
    value,
  );
}

/** RFC 2606 and RFC 6761: nobody is there, so nothing is open with it. */
const nowhere =
  /(^|\.)(example\.(com|net|org)|example|test|invalid|localhost)$|^(127\.0\.0\.1|0\.0\.0\.0|\[::1)/i;

/** RFC 3986, section 3.2.1: whether the user information of a URL is more than a sample of one. */
export function isRealUrl(url: string): boolean {
  const [, password = '', host = ''] =
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*:([^/?#@]*)@([\w.[-]*)/i.exec(url) ?? [];
  const isSample = /^(pass|pw|pwd|user|port|foo|bar|abc|123|xyz)\w{0,4}$/i.test(password);
  return !isPlaceholder(password) && !isSample && !nowhere.test(host);
}

export function isVaried(text: string): boolean {
  return new Set(text).size > 12;
}

function isToken(token: string): boolean {
  const [header = '', payload = ''] = token.split('.');
  const [head, body] = [decoded(header), decoded(payload)];
  return /"alg"\s{0,5}:\s{0,5}"(?!none)/i.test(head) && !/"John Doe"|"1234567890"/.test(body);
}

function decoded(part: string): string {
  return Buffer.from(part, 'base64url').toString('latin1');
}
