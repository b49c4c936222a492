import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BuildWish, SigstoreWorld } from '../../testing/sigstore-world.ts';
import { verifyAttestations } from './attestations.ts';
import { shippedTrustRoot } from './trust-root.ts';

const world = new SigstoreWorld();
const sha512 = createHash('sha512').update('tarball').digest('hex');
const about = { name: '@kit/core', version: '1.0.1', sha512 };

type Document = ReturnType<SigstoreWorld['attestations']>;
const judge = (document: unknown, root = world.root()) =>
  verifyAttestations(JSON.stringify(document), about, root);
const altered = (alter: (document: Document) => void, build: BuildWish = {}) => {
  const document = world.attestations(about, build);
  alter(document);
  return judge(document);
};
const first = (document: Document) => {
  const [one] = document.attestations;
  if (one === undefined) throw new Error('none');
  return one;
};

describe('verifyAttestations', () => {
  it('tells where a version was built, from the certificate', async () => {
    const origin = {
      issuer: 'https://token.actions.githubusercontent.com',
      repository: 'https://github.com/kit/kit',
      repositoryId: '77',
      runner: 'github-hosted',
      workflow: 'https://github.com/kit/kit/.github/workflows/release.yml@refs/heads/main',
      commit: '0123456789abcdef0123456789abcdef01234567',
    };
    const found = await judge(world.attestations(about, { repositoryId: '77' }));
    expect(found).toEqual({ kind: 'verified', origin, publishAttested: true });
  });

  it('says that there is none where only the publication is attested', async () => {
    expect(await judge({ attestations: [world.publication(about)] })).toEqual({ kind: 'none' });
  });

  it.each<[string, (document: Document) => void]>([
    [
      'another statement under the signature',
      (document) => {
        const { dsseEnvelope } = first(document).bundle;
        const text = Buffer.from(dsseEnvelope.payload, 'base64')
          .toString()
          .replace('release.yml', 'other.yml');
        dsseEnvelope.payload = Buffer.from(text).toString('base64');
      },
    ],
    [
      'no log entry',
      (document) => {
        first(document).bundle.verificationMaterial.tlogEntries = [];
      },
    ],
    [
      'another time in the log',
      (document) => {
        for (const entry of first(document).bundle.verificationMaterial.tlogEntries)
          entry.integratedTime = '1';
      },
    ],
    [
      'another kind than it is said to be',
      (document) => {
        first(document).predicateType = 'https://slsa.dev/provenance/v0.2';
      },
    ],
    [
      'two of different sources',
      (document) =>
        void document.attestations.push(world.provenance(about, { repository: 'https://github.com/b/b' })),
    ],
    [
      'one that is about another version',
      (document) => void document.attestations.push(world.provenance({ ...about, version: '1.0.0' })),
    ],
    [
      'one that is about another tarball',
      (document) => void document.attestations.push(world.provenance({ ...about, sha512: 'ab' })),
    ],
  ])('refuses %s', async (_what, alter) => {
    expect((await altered(alter)).kind).toBe('wrong');
  });

  it('does not know a bundle of another form', async () => {
    const found = await altered((document) => void Object.assign(first(document).bundle, { mediaType: 'x' }));
    expect(found.kind).toBe('unknown');
  });

  it('refuses a build that claims the source of another', async () => {
    const found = await judge(world.attestations(about, { claims: 'https://github.com/other/other' }));
    expect(found).toMatchObject({
      kind: 'wrong',
      why: expect.stringContaining('https://github.com/other/other'),
    });
  });

  it('takes no word of authorities that nobody trusts', async () => {
    const elsewhere = new SigstoreWorld();
    expect((await judge(elsewhere.attestations(about))).kind).toBe('unknown');
    const othersCertificates = { ...elsewhere.root().sigstore, tlogs: world.root().sigstore.tlogs };
    const root = { ...world.root(), sigstore: othersCertificates };
    expect((await judge(world.attestations(about), root)).kind).toBe('wrong');
    expect((await judge(world.attestations(about), await shippedTrustRoot())).kind).toBe('unknown');
  });

  it('does not know a build that a person signed', async () => {
    const found = await judge(world.attestations(about, { issuer: 'https://accounts.google.com' }));
    expect(found).toMatchObject({ kind: 'unknown', why: expect.stringContaining('accounts.google.com') });
  });

  it('knows no key that has ended before the publication', async () => {
    const ended = world.root(new Date('2025-01-01T00:00:00Z'));
    expect((await judge(world.attestations(about), ended)).kind).toBe('wrong');
    const unknown = { ...world.root(), keys: [] };
    expect((await judge(world.attestations(about), unknown)).kind).toBe('unknown');
  });

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['a deep text', `{"attestations":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    [
      'too many',
      JSON.stringify({ attestations: Array.from({ length: 11 }, () => ({ predicateType: 'x' })) }),
    ],
  ])('cannot read %s', async (_what, text) => {
    expect((await verifyAttestations(text, about, world.root())).kind).toBe('unknown');
  });

  it('cannot be made to run for ever by nested certificates', async () => {
    const found = await altered((document) => {
      const { verificationMaterial } = first(document).bundle;
      const nested = Buffer.concat(Array.from({ length: 50_000 }, () => Buffer.from([0x30, 0x80])));
      Object.assign(verificationMaterial, {
        x509CertificateChain: { certificates: [{ rawBytes: nested.toString('base64') }] },
      });
    });
    expect(found.kind).toBe('wrong');
  });
});
