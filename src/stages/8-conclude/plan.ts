import { type Cost, costOf } from '../../domain/blame.ts';
import { codeFlagsAdded, codeFlagsRemoved } from '../../domain/code-flag.ts';
import type { Conclusion } from '../../domain/decision.ts';
import type { Leg, StageContext } from '../../domain/stage.ts';

/** What has to be put in order before a change can be closed. */
export type ConcludePlan = {
  readonly conclusion: Conclusion;
  /** Versions that leave the route and are stopped: the one under way first, then those that other services have already. */
  readonly drop: readonly Dropped[];
  /** A merge that has to come off the branch again. */
  readonly revert: string | null;
  /** Digests that stay, the new stable one and the one before it; others of the service are stopped. */
  readonly keepWarm: readonly { readonly service: string; readonly digests: readonly string[] }[];
  /** What its failure costs its class; null: nothing. */
  readonly demotion: Cost | null;
  /** Names in the code that this change has brought, or taken away: no flag of these services holds them any more. */
  readonly deadFlags: { readonly services: readonly string[]; readonly names: readonly string[] } | null;
};

export type Dropped = {
  readonly service: string;
  readonly digest: string;
  readonly stable: string;
  /** Everybody of its service has it. */
  readonly promoted: boolean;
};

export function planConclusion(ctx: Pick<StageContext, 'results' | 'legs' | 'conclusion'>): ConcludePlan {
  const { release, merge } = ctx.results;
  const conclusion = ctx.conclusion ?? landed(ctx);
  const current = release?.deploys === true ? [release] : [];
  const earlier = ctx.legs.map((leg) => leg.release);
  const isLanded = conclusion.outcome === 'landed';
  const isRolledBack = conclusion.outcome === 'rolled-back';
  // What was held at one service was proved at those before it.
  const touched = isLanded || isRolledBack ? [...earlier, ...current] : current;
  return {
    conclusion,
    drop: [
      ...(isLanded ? [] : current.map((one) => dropped(one, false))),
      ...(isRolledBack ? earlier.map((one) => dropped(one, true)) : []),
    ],
    revert: isRolledBack && merge !== undefined ? merge.commit : null,
    demotion: isRolledBack ? costOf(conclusion.code, ctx.results) : null,
    keepWarm: [...(isRolledBack ? [] : earlier), ...(isLanded ? current : [])].map(
      ({ service, digest, stable }) => ({ service, digests: [digest, stable] }),
    ),
    deadFlags: deadFlags(
      ctx,
      touched.map(({ service }) => service),
      isLanded,
    ),
  };
}

function dropped({ service, digest, stable }: Leg['release'], promoted: boolean): Dropped {
  return { service, digest, stable, promoted };
}

function deadFlags(
  { results }: Pick<StageContext, 'results'>,
  services: readonly string[],
  isLanded: boolean,
): ConcludePlan['deadFlags'] {
  const found = results.guardrails?.results ?? [];
  const names = isLanded ? codeFlagsRemoved(found) : codeFlagsAdded(found);
  return services.length === 0 || names.length === 0 ? null : { services, names };
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
