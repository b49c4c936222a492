import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildOrigin, PackageProof } from '../../../domain/npm/package-proofs.ts';
import { bareProof } from '../../../testing/memory-package-proofs.ts';
import type { Guardrail } from '../facts.ts';
import type { PackageProofFacts, ProvenPackage } from './facts.ts';
import { provenance } from './provenance.ts';
import { publisher } from './publisher.ts';
import { signatures } from './signatures.ts';

const digest = 'sha512-AAAA';
const origin: BuildOrigin = {
  issuer: 'https://token.actions.githubusercontent.com',
  repository: 'https://github.com/kit/kit',
  repositoryId: '7',
  runner: 'github-hosted',
  workflow: 'https://github.com/kit/kit/.github/workflows/release.yml@refs/heads/main',
  commit: 'c0ffee',
};
const good: PackageProof = {
  integrity: digest,
  signature: { kind: 'verified', keyId: 'SHA256:k' },
  provenance: { kind: 'verified', origin, publishAttested: true },
  publisher: { name: 'ada', trustedBy: undefined },
  maintainers: ['ada', 'bob'],
  publishers: ['ada', 'cyd'],
  repository: 'git+https://github.com/kit/kit.git',
};
const proof = (over: Partial<PackageProof>): PackageProof => ({ ...good, ...over });
const built = (over: Partial<BuildOrigin>) =>
  proof({ provenance: { kind: 'verified', origin: { ...origin, ...over }, publishAttested: true } });

const kit = (over: Partial<ProvenPackage>): ProvenPackage => {
  return { name: 'kit', version: '1.0.1', locked: digest, old: [good], now: good, ...over };
};
const ask = (rail: Guardrail, packages: readonly ProvenPackage[], omitted: readonly string[] = []) =>
  rail.check({ packageProofs: { packages, omitted } satisfies PackageProofFacts });
const answer = (rail: Guardrail, over: Partial<ProvenPackage>) => {
  const found = ask(rail, [kit(over)]);
  return `${found?.verdict} ${found?.code}`;
};

describe.each([signatures, provenance, publisher])('$name', (rail) => {
  it('passes what is as before, and a change that brings nothing', () => {
    expect(answer(rail, {})).toBe(`pass ${rail.name}.verified`);
    expect(ask(rail, [])).toMatchObject({ verdict: 'pass', code: `${rail.name}.unchanged` });
  });

  it('is not offered where neither side has anything', () => {
    expect(answer(rail, { now: bareProof, old: [bareProof] })).toBe(`not-offered ${rail.name}.not-offered`);
  });

  it('fails what is lost, against any version of the base', () => {
    expect(answer(rail, { now: bareProof })).toBe(`fail ${rail.name}.lost`);
    expect(answer(rail, { now: bareProof, old: [bareProof, good] })).toBe(`fail ${rail.name}.lost`);
  });

  it('does not take what is gone for what was never there', () => {
    expect(answer(rail, { now: bareProof, old: [undefined] })).toMatch(/^abstain /);
    expect(answer(rail, { now: undefined })).toBe(`abstain ${rail.name}.unknown-version`);
  });

  it('compares nothing for a revert', () => {
    const found = rail.check({ packageProofs: { packages: [], omitted: [], revert: true } });
    expect(found).toMatchObject({ verdict: 'pass', code: `${rail.name}.revert` });
  });

  it('abstains on what nobody asked about', () => {
    expect(ask(rail, [kit({})], ['other@1.0.0'])).toMatchObject({
      verdict: 'abstain',
      code: `${rail.name}.too-many`,
    });
  });

  it('prints no text of a registry as it is', () => {
    const wild = '\u001b[2J\u202eada\n';
    const now = proof({
      signature: { kind: 'unknown', why: wild },
      provenance: { kind: 'wrong', why: wild },
      publisher: { name: wild, trustedBy: undefined },
    });
    expect(JSON.stringify(ask(rail, [kit({ now })]))).not.toMatch(/\\u001b|\\n|\u202e/);
  });
});

describe('signatures', () => {
  it.each<[string, Partial<ProvenPackage>, string]>([
    ['wrong', { now: proof({ signature: { kind: 'wrong', keyId: 'k' } }) }, 'fail signatures.wrong'],
    [
      'by a key that had ended',
      { now: proof({ signature: { kind: 'expired', keyId: 'k', end: '2025-01-29T00:00:00.000Z' } }) },
      'fail signatures.expired-key',
    ],
    [
      'by an unknown key',
      { now: proof({ signature: { kind: 'unknown', why: 'x' } }) },
      'abstain signatures.unknown',
    ],
    ['of another digest', { locked: 'sha512-BBBB' }, 'fail signatures.other-digest'],
    ['of a digest that is not locked', { locked: undefined }, 'fail signatures.other-digest'],
  ])('one that is %s', (_what, over, expected) => {
    expect(answer(signatures, over)).toBe(expected);
  });
});

describe('provenance', () => {
  it.each<[string, Partial<ProvenPackage>, string]>([
    ['does not hold', { now: proof({ provenance: { kind: 'wrong', why: 'x' } }) }, 'fail provenance.wrong'],
    [
      'cannot be had',
      { now: proof({ provenance: { kind: 'unknown', why: 'x' } }) },
      'abstain provenance.unknown',
    ],
    [
      'is of another source',
      { now: built({ repository: 'https://github.com/kit/kat' }) },
      'fail provenance.source-changed',
    ],
    [
      'is of another repository of the same name',
      { now: built({ repositoryId: '8' }) },
      'fail provenance.source-changed',
    ],
    [
      'is of another builder',
      { now: built({ issuer: 'https://gitlab.com' }) },
      'fail provenance.builder-changed',
    ],
    [
      "is of somebody's own machine",
      { now: built({ runner: 'self-hosted' }) },
      'fail provenance.builder-changed',
    ],
    ['tells less of its machine', { now: built({ runner: undefined }) }, 'fail provenance.builder-changed'],
    [
      'is written differently',
      { now: built({ repository: 'https://github.com/Kit/kit.git' }) },
      'pass provenance.verified',
    ],
    ['is of another workflow', { now: built({ workflow: 'x' }) }, 'pass provenance.verified'],
    [
      'is new, and of the source that the manifest named',
      { old: [proof({ provenance: { kind: 'none' } })] },
      'pass provenance.verified',
    ],
    [
      'is new, and of another source',
      { old: [proof({ provenance: { kind: 'none' }, repository: 'https://github.com/a/a' })] },
      'abstain provenance.unexpected-source',
    ],
    [
      'is new, and nothing says of what source',
      { old: [proof({ provenance: { kind: 'none' }, repository: undefined })] },
      'abstain provenance.unexpected-source',
    ],
    [
      'replaces one that is not known',
      { old: [proof({ provenance: { kind: 'unknown', why: 'x' } })] },
      'abstain provenance.unknown',
    ],
    ['is of a new package', { old: [] }, 'pass provenance.verified'],
    [
      'is of a new package that names another source',
      { old: [], now: proof({ repository: 'https://github.com/a/a' }) },
      'abstain provenance.unexpected-source',
    ],
  ])('that %s', (_what, over, expected) => {
    expect(answer(provenance, over)).toBe(expected);
  });
});

describe('publisher', () => {
  const by = (name: string, trustedBy?: string) => ({ publisher: { name, trustedBy } });
  it.each<[string, Partial<ProvenPackage>, string]>([
    ['a stranger', { now: proof(by('eve')) }, 'fail publisher.changed'],
    [
      'a stranger who calls himself a maintainer now',
      { now: proof({ ...by('eve'), maintainers: ['eve'], publishers: ['eve'] }) },
      'fail publisher.changed',
    ],
    ['a maintainer who never published', { now: proof(by('bob')) }, 'abstain publisher.another-maintainer'],
    ['one who published before', { now: proof(by('cyd')) }, 'pass publisher.verified'],
    [
      'a workflow of the same source',
      { now: proof(by('GitHub Actions', 'github')) },
      'pass publisher.verified',
    ],
    [
      'a workflow of no known source',
      { now: proof({ ...by('GitHub Actions', 'github'), provenance: { kind: 'none' } }) },
      'abstain publisher.now-a-workflow',
    ],
    [
      'an account, where a workflow did',
      { old: [proof(by('GitHub Actions', 'github'))] },
      'fail publisher.trust-lost',
    ],
    [
      'an account that is named as the workflow was',
      { old: [proof(by('GitHub Actions', 'github'))], now: proof(by('GitHub Actions')) },
      'fail publisher.trust-lost',
    ],
    ['somebody, and before nobody knows', { old: [bareProof] }, 'abstain publisher.unknown'],
    ['somebody, of a new package', { old: [] }, 'pass publisher.verified'],
  ])('%s', (_what, over, expected) => {
    expect(answer(publisher, over)).toBe(expected);
  });
});

const rank = { fail: 0, abstain: 1, 'not-offered': 2, 'not-configured': 2, pass: 3 } as const;
const anyProof = fc.constantFrom(
  good,
  bareProof,
  undefined,
  built({ repositoryId: '8' }),
  proof({ signature: { kind: 'wrong', keyId: 'k' }, provenance: { kind: 'wrong', why: 'x' } }),
  proof({ signature: { kind: 'unknown', why: 'x' }, provenance: { kind: 'unknown', why: 'x' } }),
  proof({ publisher: { name: 'eve', trustedBy: undefined } }),
  proof({ publisher: { name: 'GitHub Actions', trustedBy: 'github' } }),
);
const anyPackage = fc.record({
  name: fc.constantFrom('kit', '__proto__', 'other'),
  version: fc.constantFrom('1.0.1', '2.0.0'),
  locked: fc.constantFrom(digest, 'sha512-BBBB', undefined),
  old: fc.array(anyProof, { maxLength: 3 }),
  now: anyProof,
});

it.each([signatures, provenance, publisher])('$name: no further package makes it milder', (rail) => {
  fc.assert(
    fc.property(fc.array(anyPackage, { maxLength: 4 }), anyPackage, (some, more) => {
      const verdict = (all: readonly ProvenPackage[]) => rank[ask(rail, all)?.verdict ?? 'pass'];
      expect(verdict([...some, more])).toBeLessThanOrEqual(verdict(some));
    }),
  );
});
