import type { Sha } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Built, StageContext } from '../../domain/stage.ts';
import type { Builder } from '../../ports/builder.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import type { Rules } from '../../ports/rules.ts';
import type { Ledger } from '../../views/ledger.ts';
import { knownBuilds } from './plan.ts';

export type BuildPorts = {
  readonly builder: Builder;
  readonly releases: Pick<ReleaseStore, 'get'>;
};

/** What the branch holds by this change, and by what it is released. */
export type Merged = { readonly commit: Sha; readonly rules: Rules; readonly ledger: Ledger };

export type BuiltAll = { readonly built: readonly Built[] } | { readonly failed: string };

/** Once for all services. A registry that stumbled must not roll back, and ban, what it was asked for: so twice at most. */
export async function buildAll(
  ctx: StageContext,
  ports: BuildPorts,
  wanted: Merged & { readonly services: readonly string[] },
): Promise<BuiltAll> {
  const first = await buildOnce(ctx, ports, { ...wanted, attempt: 'build' });
  return 'failed' in first ? buildOnce(ctx, ports, { ...wanted, attempt: 'build-again' }) : first;
}

/** What production ran before is there already, and known: a revert to its tree builds nothing anew. */
async function buildOnce(
  ctx: StageContext,
  { builder, releases }: BuildPorts,
  wanted: Merged & { readonly services: readonly string[]; readonly attempt: string },
): Promise<BuiltAll> {
  const { commit, rules, ledger, services, attempt } = wanted;
  const receipt = await ctx.effect<JsonObject>(attempt, { commit }, async () => {
    const known = knownBuilds(ctx, ledger, services) ?? [];
    const stored = await Promise.all(known.map(({ digest }) => releases.get(digest)));
    if (known.length > 0 && stored.every((release) => release !== undefined))
      return { digests: Object.fromEntries(known.map(({ service, digest }) => [service, digest])) };
    return builder.build(commit, rules.config);
  });
  return builtIn(receipt, services);
}

function builtIn({ failed, digests }: JsonObject, services: readonly string[]): BuiltAll {
  if (typeof failed === 'string') return { failed };
  const known = (digests ?? {}) as JsonObject;
  const missing = services.filter((service) => typeof known[service] !== 'string');
  if (missing.length > 0) return { failed: `the build made nothing for ${missing.join(', ')}` };
  return { built: services.map((service) => ({ service, digest: String(known[service]) })) };
}
