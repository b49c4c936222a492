import { serviceNamed, servicesOf } from '../../config/schema.ts';
import type { Built, ReleaseReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Controls } from '../../ports/controls.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { Ledger } from '../../views/ledger.ts';
import { revertedBy } from '../../views/proved.ts';
import { isRevert, nothingToDeploy, releaseObstacle, serviceGone } from './plan.ts';
import { type BuildPorts, buildAll, type Merged } from './run-build.ts';
import { irreversibleIn, type RehearsalPorts } from './run-rehearsal.ts';
import { rolledBack, type StartPorts, startDark, stopStarted } from './run-start.ts';

export type ReleasePorts = BuildPorts &
  StartPorts &
  RehearsalPorts & {
    readonly git: Pick<GitReader, 'history' | 'diff'>;
    readonly rules: RulesSource;
    readonly controls: Controls;
    readonly ledger: () => Promise<Ledger>;
  };

type Outcome = StageOutcome<ReleaseReport>;

/** Builds what was merged, once, and starts it dark, a service after the other: no user meets it before its flag opens. */
export async function release(ctx: StageContext, ports: ReleasePorts): Promise<Outcome> {
  const { merge } = ctx.results;
  if (merge === undefined) throw new Error('the release stage needs the result of merge');
  // A cancel that was sent before the merge and came after it means the same.
  const takenBack = ctx.signals.find(({ name }) => name === 'rollback' || name === 'cancel');
  if (takenBack !== undefined) return takeBack(ctx, ports.runtime, takenBack.actor);
  const rules = await ports.rules.load();
  const ledger = await ports.ledger();
  const services = servicesOf(rules.config).map(({ name }) => name);
  const nothing = ctx.legs.length > 0 ? undefined : nothingToDeploy(ctx, services, ledger);
  if (nothing !== undefined) return { kind: 'done', data: nothing };
  const stopped = await ports.controls.stopped();
  if (stopped !== undefined && !isRevert(ctx))
    return { kind: 'again', at: new Date(ctx.now.getTime() + 1_000) };
  const merged = { commit: merge.commit, rules, ledger };
  const due = ctx.legs.at(-1)?.release.rest;
  return due === undefined ? releaseFirst(ctx, ports, merged) : releaseNext(ctx, ports, merged, due);
}

async function takeBack(ctx: StageContext, runtime: Runtime, by: string): Promise<Outcome> {
  await stopStarted(ctx, runtime);
  const more = ctx.legs.length === 0 ? '' : ' of the service that was to get it next';
  return rolledBack('release.by-person', `${by} took it back before anybody${more} met it`);
}

/** Before anybody is exposed at one service it is known that nothing stands in the way at the others. */
async function releaseFirst(ctx: StageContext, ports: ReleasePorts, merged: Merged): Promise<Outcome> {
  const { production } = merged.ledger;
  const services = servicesOf(merged.rules.config)
    .map(({ name }) => name)
    .filter((name) => production.has(name));
  for (const service of services) {
    const obstacle = await obstacleFor(ctx, ports, merged, service);
    if (obstacle !== undefined) return obstacle;
  }
  const all = await buildAll(ctx, ports, { ...merged, services });
  if ('failed' in all) return rolledBack('release.build-failed', all.failed);
  const isSame = ({ service, digest }: Built) => production.get(service)?.stable.digest === digest;
  const [first, ...rest] = all.built.filter((built) => !isSame(built));
  if (first === undefined)
    return { kind: 'done', data: { deploys: false, why: 'what was built runs already', sameAsStable: true } };
  const same = all.built.filter(isSame).map(({ service }) => service);
  return startDark(ctx, ports, merged, { ...first, rest, same });
}

async function releaseNext(
  ctx: StageContext,
  ports: ReleasePorts,
  merged: Merged,
  due: readonly Built[],
): Promise<Outcome> {
  const [first, ...rest] = due;
  if (first === undefined) throw new Error('a leg follows only where a service is left');
  const obstacle = await obstacleFor(ctx, ports, merged, first.service);
  return obstacle ?? startDark(ctx, ports, merged, { ...first, rest, same: [] });
}

/** undefined: nothing stands in its way at this service. */
async function obstacleFor(
  ctx: StageContext,
  ports: ReleasePorts,
  { commit, rules, ledger }: Merged,
  service: string,
): Promise<Outcome | undefined> {
  const stable = ledger.production.get(service)?.stable;
  if (stable === undefined || serviceNamed(rules.config, service) === undefined)
    return { kind: 'stop', conclusion: serviceGone(service) };
  const history = await ports.git.history(stable.commit, commit);
  const irreversible = isRevert(ctx) ? [] : await irreversibleIn(ports, { since: stable, commit, rules });
  const conclusion = releaseObstacle({
    ledger,
    since: history.map(({ sha }) => sha),
    merge: commit,
    reverts: isRevert(ctx) ? revertedBy(ctx.proposal) : undefined,
    irreversible,
  });
  return conclusion && { kind: 'stop', conclusion };
}
