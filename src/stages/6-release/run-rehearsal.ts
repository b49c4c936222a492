import { serviceSpec } from '../../config/plans.ts';
import type { ServiceConfig } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { irreversiblePaths } from '../../domain/irreversible.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StageContext } from '../../domain/stage.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Rules } from '../../ports/rules.ts';
import type { Runtime, ServiceSpec } from '../../ports/runtime.ts';
import type { Stable } from '../../views/production.ts';

/** How a service is run, as that commit says. */
export type ServiceAt = (commit: Sha, service: string) => Promise<ServiceConfig>;

export type RehearsalPorts = {
  readonly git: Pick<GitReader, 'diff'>;
  readonly runtime: Runtime;
  readonly serviceAt: ServiceAt;
};

/**
 * Goes back before there is anything to go back from: the stable version is whole, attested and answers, which the runtime finds
 * out for itself. Where it does not run it is started. Answers why there is no way back; undefined: it was seen to work, and the
 * receipt says so.
 */
export async function rehearseRollback(
  ctx: StageContext,
  ports: RehearsalPorts,
  stable: Stable,
): Promise<string | undefined> {
  const { service, digest, commit } = stable;
  const seen = await ctx.effect<JsonObject>('rehearse-rollback', { service, digest }, async () => {
    const spec = serviceSpec(await ports.serviceAt(commit, service));
    const first = await startOrWhy(ports.runtime, spec, digest);
    return 'obstacle' in first ? startOrWhy(ports.runtime, spec, digest) : first;
  });
  return 'obstacle' in seen
    ? `production could not go back to what it runs now (${digest.slice(0, 19)}): ${String(seen.obstacle)}`
    : undefined;
}

const obstacles: ReadonlySet<string> = new Set(['runtime.refused', 'runtime.unhealthy']);

async function startOrWhy(runtime: Runtime, spec: ServiceSpec, digest: string): Promise<JsonObject> {
  try {
    return { digest, healthy: (await runtime.start(spec, digest)).length };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || !obstacles.has(thrown.code)) throw thrown;
    return { obstacle: thrown.message };
  }
}

type Range = { readonly since: Stable; readonly commit: Sha; readonly rules: Rules };

/** What a release would bring of which a rollback undoes nothing: files, and how the service is run. */
export async function irreversibleIn(
  { git, serviceAt }: Pick<RehearsalPorts, 'git' | 'serviceAt'>,
  { since, commit, rules }: Range,
): Promise<readonly string[]> {
  const files = irreversiblePaths(await git.diff(since.commit, commit), rules.config.rollout.irreversible);
  const runAt = async (at: Sha) => serviceSpec(await serviceAt(at, since.service));
  const isRunOtherwise = !isSame(await runAt(since.commit), await runAt(commit));
  return isRunOtherwise ? [...files, 'service in .autoland/autoland.yaml'] : files;
}

/** Both come from one schema, so their keys are in one order. */
function isSame(one: ServiceSpec, other: ServiceSpec): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export async function startOnce(runtime: Runtime, spec: ServiceSpec, digest: string): Promise<JsonObject> {
  try {
    return { instances: (await runtime.start(spec, digest)).length };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || thrown.code !== 'runtime.unhealthy') throw thrown;
    return { unhealthy: thrown.message };
  }
}
