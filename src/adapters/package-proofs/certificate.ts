import type { BuildOrigin } from '../../domain/npm/package-proofs.ts';

/** What `@sigstore/verify` says of whoever signed, after it verified the certificate. */
export type CertifiedIdentity = {
  readonly subjectAlternativeName?: string | undefined;
  readonly extensions?: { readonly issuer?: string | undefined } | undefined;
  readonly oids?:
    | readonly { readonly oid?: { readonly id: readonly number[] } | undefined; readonly value: Uint8Array }[]
    | undefined;
};

/** Below 1.3.6.1.4.1.57264.1: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const fulcio = '1.3.6.1.4.1.57264.1.';
const field = {
  oldCommit: '3',
  oldRepository: '5',
  runner: '11',
  repository: '12',
  commit: '13',
  repositoryId: '15',
  buildConfig: '18',
} as const;

/** Whose tokens tell of a build on a machine, and where its repositories lie. A person's token tells of a person. */
const hosts: Readonly<Record<string, string>> = {
  'https://token.actions.githubusercontent.com': 'https://github.com/',
  'https://gitlab.com': 'https://gitlab.com/',
};

/** A sentence's end instead, where it is no build that is known to run on a build service. */
export function originOf(identity: CertifiedIdentity): BuildOrigin | string {
  const issuer = identity.extensions?.issuer ?? '';
  const host = Object.hasOwn(hosts, issuer) ? hosts[issuer] : undefined;
  if (host === undefined) return `it was signed by a token of ${issuer || 'nobody'}, not by a build service`;
  const value = (name: keyof typeof field) => extension(identity, field[name]);
  const old = value('oldRepository');
  const repository = value('repository') ?? (old === undefined ? undefined : `${host}${old}`);
  const workflow = value('buildConfig') ?? identity.subjectAlternativeName;
  if (repository === undefined || workflow === undefined) return 'its certificate names no source';
  return {
    issuer,
    repository,
    repositoryId: value('repositoryId'),
    runner: value('runner'),
    workflow,
    commit: value('commit') ?? value('oldCommit'),
  };
}

/** Extensions up to 6 hold the text itself, later ones a DER UTF8String. */
function extension({ oids }: CertifiedIdentity, last: string): string | undefined {
  const found = oids?.filter(({ oid }) => oid?.id.join('.') === `${fulcio}${last}`) ?? [];
  const [one] = found;
  if (one === undefined || found.length > 1) return undefined;
  const bytes = Buffer.from(one.value);
  return Number(last) <= 6 ? bytes.toString('utf8') : derText(bytes);
}

const utf8String = 0x0c;

function derText(bytes: Buffer): string | undefined {
  const [tag, length = 0, next = 0, last = 0] = bytes;
  const [size, start] =
    length < 0x80
      ? [length, 2]
      : length === 0x81
        ? [next, 3]
        : length === 0x82
          ? [next * 256 + last, 4]
          : [-1, 0];
  const text = bytes.subarray(start);
  return tag === utf8String && text.length === size ? text.toString('utf8') : undefined;
}
