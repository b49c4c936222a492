import type { Sha } from '../../domain/change.ts';
import type { Conclusion } from '../../domain/decision.ts';
import type { Built, ReleaseReport, StageContext } from '../../domain/stage.ts';
import type { Ledger } from '../../views/ledger.ts';
import { type Stable, stablesOf } from '../../views/production.ts';
import { foreignCommits, poisonedCommits } from '../../views/proved.ts';

/** What a release would bring to a service besides the change itself. */
export type ReleaseFacts = {
  readonly ledger: Ledger;
  /** Commits of the branch after stable up to the merge, oldest first. */
  readonly since: readonly Sha[];
  readonly merge: Sha;
  /** The commit that a revert undoes; undefined: the change is no revert. */
  readonly reverts: Sha | undefined;
  /** What it would bring of which a rollback undoes nothing; []: nothing, or it takes something back, which is held for nothing. */
  readonly irreversible: readonly string[];
};

/** Why the merge must not be released; undefined: it may be. */
export function releaseObstacle(facts: ReleaseFacts): Conclusion | undefined {
  const { ledger, since, merge, reverts, irreversible } = facts;
  const others = since.filter((commit) => commit !== merge && commit !== reverts);
  const poisoned = others.filter((commit) => poisonedCommits(ledger).has(commit));
  if (poisoned.length > 0)
    return held(
      'release.poisoned',
      `it contains a version that was rolled back (${short(poisoned)}): revert it on the branch, then: autoland adopt`,
    );
  const foreign = foreignCommits(ledger, others);
  if (foreign.length > 0)
    return held(
      'release.foreign-commits',
      `it contains commits that production has not proved (${short(foreign)}): autoland adopt deploys them`,
    );
  if (irreversible.length > 0)
    return noWayBack(`it touches what a rollback does not undo: ${irreversible.slice(0, 5).join(', ')}`);
  return undefined;
}

/** What a revert may go back to without proving it anew; null: nothing. A version that was taken back is not proved. */
export function versionBefore(
  { results }: Pick<StageContext, 'results'>,
  ledger: Ledger,
  service: string,
): Stable | null {
  const previous = ledger.production.get(service)?.previous ?? null;
  if (!isRevert({ results }) || previous === null) return null;
  return poisonedCommits(ledger).has(previous.commit) ? null : previous;
}

/** What each service of a revert's very tree runs, or ran before; undefined: not all of that is known, so it has to be built. */
export function knownBuilds(
  ctx: Pick<StageContext, 'results'>,
  ledger: Ledger,
  services: readonly string[],
): readonly Built[] | undefined {
  const { classify } = ctx.results;
  if (classify === undefined || !isRevert(ctx)) return undefined;
  const known = services.flatMap((service) => {
    const versions = [versionBefore(ctx, ledger, service), ledger.production.get(service)?.stable];
    const same = versions.find((version) => version?.tree === classify.tree);
    return same == null ? [] : [{ service, digest: same.digest }];
  });
  return known.length === services.length ? known : undefined;
}

/** Why nothing has to be deployed; undefined: something has. */
export function nothingToDeploy(
  ctx: Pick<StageContext, 'results'>,
  services: readonly string[],
  ledger: Ledger,
): Extract<ReleaseReport, { deploys: false }> | undefined {
  const none = (why: string) => ({ deploys: false as const, why, sameAsStable: false });
  if (services.length === 0) return none('the repository has no service');
  const adopted = stablesOf(ledger.production).filter(({ service }) => services.includes(service));
  // Such as a revert: the branch is back at what runs, however far the policy lets it go.
  if (adopted.length > 0 && adopted.every(({ tree }) => tree === ctx.results.classify?.tree))
    return { deploys: false, why: 'its tree is the one that runs already', sameAsStable: true };
  if (ctx.results.policy?.level !== 'deploy') return none('the policy lets it merge, not deploy');
  if (adopted.length === 0) return none('no version of the service was ever adopted: autoland adopt');
  return undefined;
}

export function isRevert({ results }: Pick<StageContext, 'results'>): boolean {
  return results.classify?.class === 'revert';
}

export function serviceGone(service: string): Conclusion {
  return held(
    'release.service-gone',
    `${service} is no service of .autoland/autoland.yaml any more, or was never adopted`,
  );
}

/** Nobody is exposed to what could not be taken back. */
export function noWayBack(reason: string): Conclusion {
  return held('release.no-way-back', `${reason}; autoland adopt deploys it, autoland rollback takes it off`);
}

function held(code: string, reason: string): Conclusion {
  return { outcome: 'held', code, reasons: [reason] };
}

function short(commits: readonly Sha[]): string {
  return commits.map((commit) => commit.slice(0, 10)).join(', ');
}
