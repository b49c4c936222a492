import { serviceSpec } from '../../config/plans.ts';
import type { ServiceConfig } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { gateExpiry, gateStatement } from '../../domain/gate.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ReleaseReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { AttestationVerifier, Attestor } from '../../ports/attestor.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import type { Builder } from '../../ports/builder.ts';
import type { Controls } from '../../ports/controls.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import type { Rules, RulesSource } from '../../ports/rules.ts';
import type { Runtime, ServiceSpec } from '../../ports/runtime.ts';
import type { Ledger } from '../../views/ledger.ts';
import { revertedBy } from '../../views/proved.ts';
import { nothingToDeploy, noWayBack, releaseObstacle, versionBefore } from './plan.ts';
import { irreversibleIn, rehearseRollback, startOnce } from './run-rehearsal.ts';

export type ReleasePorts = {
  readonly git: Pick<GitReader, 'history' | 'diff'>;
  /** How the service is run, as that commit says. */
  readonly serviceAt: (commit: Sha) => Promise<ServiceConfig>;
  readonly rules: RulesSource;
  readonly controls: Controls;
  readonly ledger: () => Promise<Ledger>;
  readonly builder: Builder;
  readonly releases: ReleaseStore;
  readonly runtime: Runtime;
  readonly auditLog: AuditLog;
  readonly attestor: Attestor;
  readonly attestations: AttestationVerifier;
  readonly nonce: () => string;
};

type Outcome = StageOutcome<ReleaseReport>;

/** What runs from here on, so that it can be stopped before the stage has its result. */
const startedNote = 'release.started';

/** Builds what was merged, once, and starts it dark: no user meets it before its flag opens. */
export async function release(ctx: StageContext, ports: ReleasePorts): Promise<Outcome> {
  const { merge } = ctx.results;
  if (merge === undefined) throw new Error('the release stage needs the result of merge');
  // A cancel that was sent before the merge and came after it means the same.
  const takenBack = ctx.signals.find(({ name }) => name === 'rollback' || name === 'cancel');
  if (takenBack !== undefined) return takeBack(ctx, ports.runtime, takenBack.actor);
  const rules = await ports.rules.load();
  const ledger = await ports.ledger();
  const nothing = nothingToDeploy(ctx, rules.config.service !== null, ledger);
  if (nothing !== undefined) return { kind: 'done', data: nothing };
  const stopped = await ports.controls.stopped();
  if (stopped !== undefined && !isRevert(ctx))
    return { kind: 'again', at: new Date(ctx.now.getTime() + 1_000) };
  return releaseMerge(ctx, ports, { commit: merge.commit, rules, ledger });
}

async function takeBack(ctx: StageContext, runtime: Runtime, by: string): Promise<Outcome> {
  await stopStarted(ctx, runtime);
  return stop('rolled-back', 'release.by-person', `${by} took it back before anybody met it`);
}

async function stopStarted(ctx: StageContext, runtime: Runtime): Promise<void> {
  const started = ctx.recall(startedNote);
  if (started === undefined) return;
  const { service, digest } = started;
  await ctx.closing('stop', started, async () => {
    await runtime.stop(String(service), String(digest));
    return {};
  });
}

function isRevert({ results }: StageContext): boolean {
  return results.classify?.class === 'revert';
}

export type Merged = { readonly commit: Sha; readonly rules: Rules; readonly ledger: Ledger };

async function releaseMerge(ctx: StageContext, ports: ReleasePorts, merged: Merged): Promise<Outcome> {
  const { commit, rules, ledger } = merged;
  const { stable } = ledger;
  const { service } = rules.config;
  if (stable === null || service === null) throw new Error('nothingToDeploy let an unadopted service pass');
  const history = await ports.git.history(stable.commit, commit);
  const since = history.map(({ sha }) => sha);
  const obstacle = releaseObstacle({
    ledger,
    since,
    merge: commit,
    reverts: isRevert(ctx) ? revertedBy(ctx.proposal) : undefined,
    irreversible: isRevert(ctx) ? [] : await irreversibleIn(ports, merged, stable.commit),
  });
  if (obstacle !== undefined) return { kind: 'stop', conclusion: obstacle };
  return buildAndStart(ctx, ports, { ...merged, stable, service });
}

type Releasing = Merged & {
  readonly stable: NonNullable<Ledger['stable']>;
  readonly service: ServiceConfig;
};

async function buildAndStart(ctx: StageContext, ports: ReleasePorts, merged: Releasing): Promise<Outcome> {
  const { ledger, stable, service } = merged;
  const first = await buildOnce(ctx, ports, { ...merged, attempt: 'build' });
  // A registry that stumbled must not roll back, and ban, what it was asked for.
  const built =
    'failed' in first ? await buildOnce(ctx, ports, { ...merged, attempt: 'build-again' }) : first;
  if ('failed' in built) return stop('rolled-back', 'release.build-failed', String(built.failed));
  const digest = String(built.digest);
  if (digest === stable.digest)
    return { kind: 'done', data: { deploys: false, why: 'what was built runs already', sameAsStable: true } };
  const { expires } = await ctx.effect('attest', { digest, service: service.name }, () =>
    attest(ctx, ports, digest, service.name),
  );
  await ctx.note(startedNote, { service: service.name, digest });
  const unhealthy = await startTwice(ctx, ports.runtime, { spec: serviceSpec(service), digest });
  if (unhealthy !== undefined) return stop('rolled-back', 'release.unhealthy', unhealthy);
  const obstacle = isRevert(ctx) ? undefined : await rehearseRollback(ctx, ports, stable);
  if (obstacle !== undefined) {
    await stopStarted(ctx, ports.runtime);
    return { kind: 'stop', conclusion: noWayBack(obstacle) };
  }
  const restores = digest === versionBefore(ctx, ledger)?.digest;
  const released = { service: service.name, digest, stable: stable.digest, expires: String(expires) };
  return { kind: 'done', data: { deploys: true, ...released, restores } };
}

/** One slow start is no verdict; two are. Answers why it does not run. */
async function startTwice(
  ctx: StageContext,
  runtime: Runtime,
  { spec, digest }: { readonly spec: ServiceSpec; readonly digest: string },
): Promise<string | undefined> {
  const started = await ctx.effect<JsonObject>('start', { digest, service: spec.name }, async () => {
    const first = await startOnce(runtime, spec, digest);
    return 'unhealthy' in first ? startOnce(runtime, spec, digest) : first;
  });
  return 'unhealthy' in started ? String(started.unhealthy) : undefined;
}

/** What production ran before is there already, and known: a revert to its tree builds nothing anew. */
async function buildOnce(
  ctx: StageContext,
  ports: ReleasePorts,
  merged: Merged & { readonly attempt: string },
): Promise<JsonObject> {
  const { commit, rules, ledger } = merged;
  const before = versionBefore(ctx, ledger);
  const isThere = before !== null && before.tree === ctx.results.classify?.tree;
  return ctx.effect<JsonObject>(merged.attempt, { commit }, async () => {
    if (isThere && (await ports.releases.get(before.digest)) !== undefined) return { digest: before.digest };
    return ports.builder.build(commit, rules.config);
  });
}

/** The gate admits a digest only with the builder's provenance for it in hand. */
async function attest(
  ctx: StageContext,
  ports: ReleasePorts,
  digest: string,
  service: string,
): Promise<JsonObject> {
  const provenance = await ports.releases.attached(digest, 'provenance');
  if (provenance === undefined)
    throw new AutolandError('attestation.invalid', `expected provenance for ${digest}, found none`);
  await ports.attestations.verify('verifier', provenance, digest);
  const decision = ctx.results.policy;
  if (decision === undefined) throw new Error('the release stage needs the result of policy');
  const { size, root } = await ports.auditLog.publish();
  const expires = gateExpiry(ctx.now, 'exposure');
  const statement = gateStatement({
    change: ctx.id,
    decision,
    digest,
    resource: `service:${service}`,
    log: { size, root },
    inputs: [{ uri: 'provenance', digest }],
    at: ctx.now,
    expires,
    nonce: ports.nonce(),
  });
  await ports.releases.attach(digest, 'gate', await ports.attestor.sign('gate', statement));
  return { digest, logSize: size, expires: expires.toISOString() };
}

function stop(outcome: 'rolled-back', code: string, reason: string): Outcome {
  return { kind: 'stop', conclusion: { outcome, code, reasons: [reason] } };
}
