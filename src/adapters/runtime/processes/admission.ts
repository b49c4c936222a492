import { AutolandError, messageOf } from '../../../domain/errors.ts';
import type { AttestationVerifier } from '../../../ports/attestor.ts';
import type { Release, ReleaseStore } from '../../../ports/release-store.ts';

export type AdmissionOptions = { readonly releases: ReleaseStore; readonly verifier: AttestationVerifier };

/**
 * What may start: a release of that service, whole (its digest is computed anew), that the gate has attested.
 * Whoever asks is not believed. Rejects with `runtime.refused`.
 */
export async function admit(service: string, digest: string, options: AdmissionOptions): Promise<Release> {
  const release = await options.releases.get(digest).catch((cause: unknown) => {
    throw refused(digest, messageOf(cause), cause);
  });
  if (release === undefined) throw refused(digest, 'there is no such release here');
  if (release.service !== service)
    throw refused(digest, `it is a release of ${release.service}, not of ${service}`);
  const attestation = await options.releases.attached(digest, 'gate');
  if (attestation === undefined) throw refused(digest, 'the gate has not attested it');
  const statement = await options.verifier.verify('gate', attestation, digest).catch((cause: unknown) => {
    throw refused(digest, messageOf(cause), cause);
  });
  // SLSA verification summaries carry their verdict: a valid signature under a FAILED must not start anything.
  const verdict = statement.predicate.verificationResult;
  if (verdict !== undefined && verdict !== 'PASSED')
    throw refused(digest, `the gate's verdict is ${String(verdict)}`);
  return release;
}

function refused(digest: string, why: string, cause?: unknown): AutolandError {
  return new AutolandError('runtime.refused', `release ${digest} may not run: ${why}`, {
    mend: 'Build it again through the pipeline.',
    ...(cause === undefined ? {} : { cause }),
  });
}
