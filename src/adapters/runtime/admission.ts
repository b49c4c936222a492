import { AutolandError, messageOf } from '../../domain/errors.ts';
import { readGateDecision } from '../../domain/statements.ts';
import type { AttestationVerifier, Statement } from '../../ports/attestor.ts';
import type { Release, ReleaseStore } from '../../ports/release-store.ts';

export type AdmissionOptions = { readonly releases: ReleaseStore; readonly verifier: AttestationVerifier };

export type Admission = {
  readonly service: string;
  readonly digest: string;
  /** When it starts; undefined: production runs it already, and it may be started again however old the gate's word is. */
  readonly newAt: Date | undefined;
};

/**
 * What may start: a release, whole (its digest is computed anew), that the gate has attested for that service.
 * Whoever asks is not believed. Rejects with `runtime.refused`.
 */
export async function admit(wanted: Admission, options: AdmissionOptions): Promise<Release> {
  const { service, digest } = wanted;
  const release = await options.releases.get(digest).catch((cause: unknown) => {
    throw refused(digest, messageOf(cause), cause);
  });
  if (release === undefined) throw refused(digest, 'there is no such release here');
  const attestation = await options.releases.attached(digest, `gate-${service}`);
  if (attestation === undefined) throw refused(digest, `the gate has not attested it for ${service}`);
  const statement = await options.verifier.verify('gate', attestation, digest).catch((cause: unknown) => {
    throw refused(digest, messageOf(cause), cause);
  });
  const obstacle = obstacleIn(statement, wanted);
  if (obstacle !== undefined) throw refused(digest, obstacle);
  return release;
}

/** A valid signature alone admits nothing: the gate also signs what failed, and what may only be merged. */
function obstacleIn(statement: Statement, { service, newAt }: Admission): string | undefined {
  const decision = readGateDecision(statement);
  if (decision === undefined) return 'what the gate signed is no decision';
  if (decision.result !== 'PASSED') return `the gate's verdict is ${decision.result}`;
  if (decision.resource !== `service:${service}`) return `the gate admitted it to ${decision.resource}`;
  if (newAt !== undefined && decision.expires <= newAt)
    return `the gate's decision expired at ${decision.expires.toISOString()}`;
  return undefined;
}

function refused(digest: string, why: string, cause?: unknown): AutolandError {
  return new AutolandError('runtime.refused', `release ${digest} may not run: ${why}`, {
    mend: 'build it again through the pipeline',
    ...(cause === undefined ? {} : { cause }),
  });
}
