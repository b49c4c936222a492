import type { StageContext } from '../../domain/stage.ts';
import type { Route } from '../../ports/runtime.ts';
import type { Position } from './position.ts';
import type { Deploys, RolloutPorts } from './run-ports.ts';

/** The route is this rollout's alone: what somebody else made of it is put right, and journalled. */
export async function keepRoute(
  ctx: StageContext,
  { runtime }: RolloutPorts,
  { service, stable, digest }: Deploys,
  { flag, nonce }: Position,
): Promise<void> {
  // While the supervisor starts again, users have the route that the router has read.
  const routes = await runtime.routes().catch(() => undefined);
  if (routes === undefined) return;
  const decided: Route = { service, stable, candidate: { digest, flag, nonce } };
  const found = routes.find((route) => route.service === service);
  if (found !== undefined && isSame(found, decided)) return;
  await ctx.note('rollout.rerouted', { found: found ?? null, decided });
  await runtime.route(decided);
}

function isSame(one: Route, other: Route): boolean {
  const told = ({ stable, candidate }: Route) => [
    stable,
    candidate?.digest,
    candidate?.flag,
    candidate?.nonce,
  ];
  return told(one).join('\n') === told(other).join('\n');
}
