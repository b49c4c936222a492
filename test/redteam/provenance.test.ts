import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NpmProofs } from '../../src/adapters/package-proofs/npm-proofs.ts';
import { Packuments } from '../../src/adapters/registry/packuments.ts';
import { provenance } from '../../src/stages/2-guardrails/package-proofs/provenance.ts';
import { publisher } from '../../src/stages/2-guardrails/package-proofs/publisher.ts';
import { signatures } from '../../src/stages/2-guardrails/package-proofs/signatures.ts';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { sampleClassification, sampleProposal } from '../../src/testing/changes.ts';
import { covers } from '../../src/testing/covers.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import {
  MemoryRegistry,
  sampleEntry,
  sampleIntegrity,
  sampleProject,
} from '../../src/testing/npm-samples.ts';
import { type BuildWish, SigstoreWorld } from '../../src/testing/sigstore-world.ts';
import { TempGit } from '../../src/testing/temp-git.ts';

/** A registry whose packages are signed and attested, and somebody who has stolen something. */
const world = new SigstoreWorld();
const thief = new SigstoreWorld();

type Release = {
  readonly signedBy?: SigstoreWorld | 'nobody';
  readonly signedText?: string;
  readonly attestedBy?: SigstoreWorld | 'nobody' | 'silence';
  readonly build?: BuildWish;
  readonly attestedVersion?: string;
  readonly by?: object;
};

let git: TempGit;
let server: Server | undefined;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => {
  git.remove();
  server?.closeAllConnections();
  server?.close();
});

const ada = { name: 'ada', email: 'ada@kit.test' };

function distOf(
  version: string,
  { signedBy = world, signedText, attestedBy = world }: Release,
  origin: string,
) {
  const integrity = sampleIntegrity('kit', version);
  const text = signedText ?? `kit@${version}:${integrity}`;
  return {
    tarball: `${origin}/kit/-/kit-${version}.tgz`,
    integrity,
    ...(signedBy === 'nobody' ? {} : { signatures: [signedBy.signature(text)] }),
    ...(attestedBy === 'nobody' ? {} : { attestations: { url: `${origin}/anywhere` } }),
  };
}

function attestationsOf(version: string, { attestedBy = world, attestedVersion = version, build }: Release) {
  if (attestedBy === 'nobody' || attestedBy === 'silence') return {};
  const digest = sampleIntegrity('kit', attestedVersion).slice('sha512-'.length);
  const sha512 = Buffer.from(digest, 'base64').toString('hex');
  return attestedBy.attestations({ name: 'kit', version: attestedVersion, sha512 }, build);
}

async function judge(next: Release, before: Release = {}) {
  const releases: Readonly<Record<string, Release>> = { '1.0.0': before, '1.0.1': next };
  server = createServer((request, response) => {
    const version = /attestations\/kit@(.*)$/.exec(request.url ?? '')?.[1];
    if (version !== undefined) {
      const release = releases[version] ?? {};
      if (release.attestedBy !== 'silence') response.end(JSON.stringify(attestationsOf(version, release)));
      return;
    }
    const origin = `http://${request.headers.host}`;
    const versions = Object.entries(releases).map(([each, release]) => {
      const dist = distOf(each, release, origin);
      const people = { _npmUser: release.by ?? ada, maintainers: [ada] };
      return [each, { name: 'kit', version: each, dist, ...people }];
    });
    const time = { '1.0.0': '2025-01-01T00:00:00.000Z', '1.0.1': '2025-12-01T00:00:00.000Z' };
    response.end(JSON.stringify({ name: 'kit', versions: Object.fromEntries(versions), time }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const settings = { registry: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/` };
  const limits = { totalMs: 20_000, retries: 0, backoffMs: 10, stallMs: 2_000 };
  const proofs = new NpmProofs({
    settings,
    packuments: new Packuments({ settings, limits }),
    limits,
    trustRoot: async () => world.root(),
  });
  return check(proofs);
}

async function check(proofs: NpmProofs) {
  const project = (version: string) =>
    sampleProject({ dependencies: { kit: '^1.0.0' } }, { 'node_modules/kit': sampleEntry('kit', version) });
  const base = git.commit('main', project('1.0.0'));
  const head = git.commit('topic', project('1.0.1'), base);
  const classification = sampleClassification({ base, tree: head }, { class: 'dependency-patch' });
  const deps = {
    ...guardrailTools(),
    packageProofs: proofs,
    git,
    registry: new MemoryRegistry().add('kit', '1.0.0').add('kit', '1.0.1'),
    tests: { compare: () => Promise.reject(new Error('nothing here may run code')) },
  };
  const change = { classification, proposal: sampleProposal(head), now: new Date('2026-01-01T00:00:00Z') };
  const { results } = await checkChange(deps, sampleSettings(), change, [signatures, provenance, publisher]);
  return results.map(({ verdict, code }) => `${verdict} ${code}`);
}

const fine = ['pass signatures.verified', 'pass provenance.verified', 'pass publisher.verified'];

describe('a package that is signed and attested', () => {
  covers('LLM03');
  it('passes', async () => {
    expect(await judge({})).toEqual(fine);
  });

  const elsewhere = { repository: 'https://github.com/thief/kit' };
  it.each<[string, Release, string]>([
    ['a token: its release is built on a laptop', { attestedBy: 'nobody' }, 'fail provenance.lost'],
    ['a mirror: it leaves the signature out', { signedBy: 'nobody' }, 'fail signatures.lost'],
    ['a mirror: it signs itself', { signedBy: thief }, 'fail signatures.wrong'],
    [
      'a mirror: it brings the old signature',
      { signedText: `kit@1.0.0:${sampleIntegrity('kit', '1.0.0')}` },
      'fail signatures.wrong',
    ],
    ['a mirror: it brings the old attestations', { attestedVersion: '1.0.0' }, 'fail provenance.wrong'],
    ['a mirror: it holds the attestations back', { attestedBy: 'silence' }, 'abstain provenance.unknown'],
    ['a token: its release is built in a fork', { build: elsewhere }, 'fail provenance.source-changed'],
    [
      'a token: its fork claims to be the source',
      { build: { ...elsewhere, claims: 'https://github.com/kit/kit' } },
      'fail provenance.wrong',
    ],
    [
      'a name: somebody registered the deleted owner again',
      { build: { repositoryId: '666' } },
      'fail provenance.source-changed',
    ],
    ['a runner', { build: { runner: 'self-hosted' } }, 'fail provenance.builder-changed'],
    ['an authority of his own', { attestedBy: thief }, 'abstain provenance.unknown'],
    ['a place among the publishers', { by: { name: 'eve' } }, 'fail publisher.changed'],
  ])('does not pass with who has stolen %s', async (_what, next, expected) => {
    const before = { build: { repositoryId: '7' } };
    const ids = { repositoryId: '7', ...next.build };
    const found = await judge({ ...next, build: ids }, before);
    expect(found).toContain(expected);
  });

  it('does not pass an account where a trusted workflow published', async () => {
    const workflow = { name: 'GitHub Actions', trustedPublisher: { id: 'github' } };
    expect(await judge({}, { by: workflow })).toContain('fail publisher.trust-lost');
  });
});
