import { codeFlagsAdded, codeFlagsRemoved } from '../../domain/code-flag.ts';
import type { Conclusion } from '../../domain/decision.ts';
import type { StageContext } from '../../domain/stage.ts';

/** What has to be put in order before a change can be closed. */
export type ConcludePlan = {
  readonly conclusion: Conclusion;
  /** The candidate leaves the route and is stopped. */
  readonly dropCandidate: {
    readonly service: string;
    readonly digest: string;
    readonly stable: string;
  } | null;
  /** A merge that has to come off the branch again. */
  readonly revert: string | null;
  /** The digest that stays warm beside the new stable one; others of the service are stopped. */
  readonly keepWarm: { readonly service: string; readonly digests: readonly string[] } | null;
  /** Names in the code that this change has brought, or taken away: no flag holds them any more. */
  readonly deadFlags: { readonly service: string; readonly names: readonly string[] } | null;
};

export function planConclusion(ctx: Pick<StageContext, 'results' | 'conclusion'>): ConcludePlan {
  const { release, merge } = ctx.results;
  const conclusion = ctx.conclusion ?? landed(ctx);
  const deployed = release?.deploys === true ? release : null;
  const isLanded = conclusion.outcome === 'landed';
  return {
    conclusion,
    dropCandidate:
      deployed === null || isLanded
        ? null
        : { service: deployed.service, digest: deployed.digest, stable: deployed.stable },
    revert: conclusion.outcome === 'rolled-back' && merge !== undefined ? merge.commit : null,
    keepWarm:
      deployed === null || !isLanded
        ? null
        : { service: deployed.service, digests: [deployed.digest, deployed.stable] },
    deadFlags: deployed === null ? null : deadFlags(ctx, deployed.service, isLanded),
  };
}

function deadFlags(
  { results }: Pick<StageContext, 'results'>,
  service: string,
  isLanded: boolean,
): ConcludePlan['deadFlags'] {
  const found = results.guardrails?.results ?? [];
  const names = isLanded ? codeFlagsRemoved(found) : codeFlagsAdded(found);
  return names.length === 0 ? null : { service, names };
}

function landed(ctx: Pick<StageContext, 'results'>): Conclusion {
  const { release, rollout } = ctx.results;
  if (rollout?.ran === true && rollout.flag === null)
    return {
      outcome: 'landed',
      code: 'landed.restored',
      reasons: ['every user has the version before again'],
    };
  if (rollout?.ran === true)
    return { outcome: 'landed', code: 'landed.promoted', reasons: ['every user has the new version'] };
  const why = release?.deploys === false ? release.why : 'nothing was released';
  return { outcome: 'landed', code: 'landed.merged', reasons: [`merged; nothing to expose: ${why}`] };
}
