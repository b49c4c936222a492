import { serviceSpec } from '../../config/plans.ts';
import { serviceNamed } from '../../config/schema.ts';
import { AutolandError } from '../../domain/errors.ts';
import { gateExpiry, gateStatement } from '../../domain/gate.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Built, ReleaseReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { AttestationVerifier, Attestor } from '../../ports/attestor.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import type { Runtime, ServiceSpec } from '../../ports/runtime.ts';
import { isRevert, noWayBack, versionBefore } from './plan.ts';
import type { Merged } from './run-build.ts';
import { type RehearsalPorts, rehearseRollback, startOnce } from './run-rehearsal.ts';

export type StartPorts = RehearsalPorts & {
  readonly releases: Pick<ReleaseStore, 'attach' | 'attached'>;
  readonly auditLog: AuditLog;
  readonly attestor: Attestor;
  readonly attestations: AttestationVerifier;
  readonly nonce: () => string;
};

type Outcome = StageOutcome<ReleaseReport>;

/** What runs from here on, so that it can be stopped before the stage has its result. */
const startedNote = 'release.started';

type Release = Built & Required<Pick<Extract<ReleaseReport, { deploys: true }>, 'rest' | 'same'>>;

/** Runs it beside the stable version, once production is seen to be able to go back to that. */
export async function startDark(
  ctx: StageContext,
  ports: StartPorts,
  { rules, ledger }: Merged,
  { service: name, digest, rest, same }: Release,
): Promise<Outcome> {
  const service = serviceNamed(rules.config, name);
  const stable = ledger.production.get(name)?.stable;
  if (service === undefined || stable === undefined) throw new Error('an obstacle was passed over');
  const { expires } = await ctx.effect('attest', { digest, service: name }, () =>
    attest(ctx, ports, { service: name, digest }),
  );
  await ctx.note(startedNote, { service: name, digest });
  const unhealthy = await startTwice(ctx, ports.runtime, { spec: serviceSpec(service), digest });
  if (unhealthy !== undefined) return rolledBack('release.unhealthy', unhealthy);
  const obstacle = isRevert(ctx) ? undefined : await rehearseRollback(ctx, ports, stable);
  if (obstacle !== undefined) {
    await stopStarted(ctx, ports.runtime);
    return { kind: 'stop', conclusion: noWayBack(obstacle) };
  }
  const restores = digest === versionBefore(ctx, ledger, name)?.digest;
  const released = { service: name, digest, stable: stable.digest, expires: String(expires), restores };
  const others = { ...(rest.length === 0 ? {} : { rest }), ...(same.length === 0 ? {} : { same }) };
  return { kind: 'done', data: { deploys: true, ...released, ...others } };
}

export async function stopStarted(ctx: StageContext, runtime: Runtime): Promise<void> {
  const started = ctx.recall(startedNote);
  if (started === undefined) return;
  const { service, digest } = started;
  await ctx.closing('stop', started, async () => {
    await runtime.stop(String(service), String(digest));
    return {};
  });
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

/** The gate admits a digest only with the builder's provenance for it in hand. */
async function attest(ctx: StageContext, ports: StartPorts, { service, digest }: Built): Promise<JsonObject> {
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
  await ports.releases.attach(digest, `gate-${service}`, await ports.attestor.sign('gate', statement));
  return { digest, logSize: size, expires: expires.toISOString() };
}

export function rolledBack(code: string, reason: string): Outcome {
  return { kind: 'stop', conclusion: { outcome: 'rolled-back', code, reasons: [reason] } };
}
