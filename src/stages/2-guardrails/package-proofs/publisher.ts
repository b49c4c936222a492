import type { PackageProof, Publisher } from '../../../domain/npm/package-proofs.ts';
import { sameRepository } from '../../../domain/npm/repository-url.ts';
import { printable } from '../../../domain/printable.ts';
import { guardrail } from '../facts.ts';
import { conclude, type Judgement, unknownVersion } from './conclude.ts';
import type { ProvenPackage } from './facts.ts';
import { originOf } from './provenance.ts';

/** Each new version was published by whom its package was published before. The registry says who it was; nobody signs it. */
export const publisher = guardrail('publisher', ['packageProofs'], ({ packageProofs }) =>
  conclude(
    { guardrail: 'publisher', judge, thing: 'name of who published', passes: 'published by a known account' },
    packageProofs,
  ),
);

function judge(one: ProvenPackage): Judgement {
  const { now } = one;
  if (now === undefined) return unknownVersion;
  const before = one.old.filter((each) => each !== undefined);
  const publishers = before.flatMap((each) => each.publisher ?? []);
  if (now.publisher === undefined) {
    if (publishers.length > 0) return fail('lost', 'is without the name of who published it, unlike before.');
    return one.old.includes(undefined) ? unknownBefore : { kind: 'not-offered' };
  }
  if (one.old.length === 0) return pass(now.publisher, 'a new package');
  if (publishers.length === 0) return unknownBefore;
  return compare(now.publisher, publishers, now, before);
}

function compare(
  by: Publisher,
  publishers: readonly Publisher[],
  now: PackageProof,
  before: readonly PackageProof[],
): Judgement {
  const names = publishers.map(({ name }) => name).join(', ');
  const isSame = publishers.some(({ name, trustedBy }) => name === by.name && trustedBy === by.trustedBy);
  if (isSame) return pass(by, 'the same as before');
  // pnpm's trustPolicy calls it a downgrade: what a stolen token publishes looks like this.
  if (by.trustedBy === undefined && publishers.some(({ trustedBy }) => trustedBy !== undefined)) {
    return fail('trust-lost', `was published by the account ${by.name}, and before by a trusted workflow.`);
  }
  if (by.trustedBy !== undefined) {
    return isExpectedBuild(now, before)
      ? pass(by, 'a workflow of its own source')
      : doubt('now-a-workflow', `was published by a workflow (${by.trustedBy}), and before by ${names}.`);
  }
  if (before.some((each) => each.publishers.includes(by.name))) return pass(by, 'a publisher of before');
  if (before.some((each) => each.maintainers?.includes(by.name))) {
    return doubt('another-maintainer', `was published by ${by.name}, who never did before: ${names} did.`);
  }
  return fail('changed', `was published by ${by.name}, who had no right to before: ${names} did.`);
}

function isExpectedBuild(now: PackageProof, before: readonly PackageProof[]): boolean {
  const sources = before.flatMap((one) => [
    ...originOf(one).map(({ repository }) => repository),
    ...(one.repository === undefined ? [] : [one.repository]),
  ]);
  return originOf(now).some(({ repository }) => sources.some((one) => sameRepository(one, repository)));
}

const unknownBefore: Judgement = {
  kind: 'abstain',
  what: 'unknown',
  why: 'cannot be compared: the registry does not say who published the version that it replaces.',
};

function pass({ name, trustedBy }: Publisher, why: string): Judgement {
  const by = printable(trustedBy === undefined ? name : `${name} (${trustedBy})`).slice(0, 200);
  return { kind: 'pass', told: { by, why } };
}

function fail(what: string, why: string): Judgement {
  return { kind: 'fail', what, why };
}

function doubt(what: string, why: string): Judgement {
  return { kind: 'abstain', what, why };
}
