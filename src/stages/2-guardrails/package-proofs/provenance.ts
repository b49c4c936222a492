import type { BuildOrigin, PackageProof } from '../../../domain/npm/package-proofs.ts';
import { sameRepository } from '../../../domain/npm/repository-url.ts';
import { printable } from '../../../domain/printable.ts';
import { guardrail } from '../facts.ts';
import { conclude, type Judgement, unknownVersion } from './conclude.ts';
import type { ProvenPackage } from './facts.ts';

/** Each new version was built where the one that it replaces was, from the same source; a build service vouches for it. */
export const provenance = guardrail('provenance', ['packageProofs'], ({ packageProofs }) =>
  conclude(
    { guardrail: 'provenance', judge, thing: 'provenance', passes: 'built where and from what is expected' },
    packageProofs,
  ),
);

function judge({ now, old }: ProvenPackage): Judgement {
  if (now === undefined) return unknownVersion;
  const found = now.provenance;
  switch (found.kind) {
    case 'wrong':
      return fail('wrong', `has a provenance that does not hold: ${found.why}.`);
    case 'unknown':
      return doubt('unknown', `has a provenance that could not be judged: ${found.why}.`);
    case 'none':
      return missing(old);
    case 'verified':
      return expected(found.origin, now, old) ?? pass(found.origin, found.publishAttested);
  }
}

function missing(old: ProvenPackage['old']): Judgement {
  const origin = old.flatMap(originOf)[0];
  const from = origin === undefined ? '' : ` (${origin.repository})`;
  if (old.some((one) => one !== undefined && one.provenance.kind !== 'none')) {
    return fail('lost', `has no provenance, and the version that it replaces has one${from}.`);
  }
  if (old.includes(undefined)) {
    return doubt(
      'unknown',
      'has no provenance, and the version that it replaces is not in the registry any more.',
    );
  }
  return { kind: 'not-offered' };
}

/** undefined: it is as expected. */
function expected(origin: BuildOrigin, now: PackageProof, old: ProvenPackage['old']): Judgement | undefined {
  const before = old.flatMap(originOf);
  const [first] = before;
  if (first !== undefined) {
    const changes = before.map((one) => change(one, origin));
    return changes.includes(undefined) ? undefined : changes[0];
  }
  if (old.some((one) => one === undefined || one.provenance.kind !== 'none')) {
    return doubt('unknown', 'has a provenance; that of the version that it replaces is not known.');
  }
  // The first that has one: the manifest of the version before says where it should come from, for whoever took over
  // the package has not written that. A new package has only its own word.
  const named = (old.length === 0 ? [now] : old).flatMap((one) => one?.repository ?? []);
  if (old.length === 0 && named.length === 0) return undefined;
  if (named.some((url) => sameRepository(url, origin.repository))) return undefined;
  const other = named[0] === undefined ? 'names no source' : `names ${named[0]}`;
  return doubt('unexpected-source', `was built from ${origin.repository}; the manifest before ${other}.`);
}

function change(before: BuildOrigin, now: BuildOrigin): Judgement | undefined {
  if (before.issuer !== now.issuer || (before.runner !== undefined && before.runner !== now.runner)) {
    const builder = ({ issuer, runner }: BuildOrigin) => `${runner ?? 'a machine'} of ${issuer}`;
    return fail('builder-changed', `was built by ${builder(now)}, and before by ${builder(before)}.`);
  }
  const ids = [before.repositoryId, now.repositoryId];
  const isOther = !ids.includes(undefined) && ids[0] !== ids[1];
  if (!sameRepository(before.repository, now.repository) || isOther) {
    const named = ({ repository, repositoryId }: BuildOrigin) =>
      isOther ? `${repository} (repository ${repositoryId})` : repository;
    return fail('source-changed', `was built from ${named(now)}, and before from ${named(before)}.`);
  }
  return undefined;
}

export function originOf(proof: PackageProof | undefined): readonly BuildOrigin[] {
  return proof?.provenance.kind === 'verified' ? [proof.provenance.origin] : [];
}

function pass({ repository, workflow, commit }: BuildOrigin, publishAttested: boolean): Judgement {
  const told = {
    repository: printable(repository).slice(0, 300),
    workflow: printable(workflow).slice(0, 300),
    commit: printable(commit ?? '').slice(0, 100),
    publishAttested,
  };
  return { kind: 'pass', told };
}

function fail(what: string, why: string): Judgement {
  return { kind: 'fail', what, why };
}

function doubt(what: string, why: string): Judgement {
  return { kind: 'abstain', what, why };
}
