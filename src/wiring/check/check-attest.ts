import { createPublicKey, sign } from 'node:crypto';
import { DsseAttestor } from '../../adapters/attestor/dsse-attestor.ts';
import { readPrivateKey } from '../../adapters/keys/key-files.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import { type CheckReport, statementsOf } from '../../views/check-report.ts';

/** The findings of a report as Sigstore bundles, one on a line. */
export type SignFindings = (report: CheckReport) => Promise<string>;

/** Signs with the Ed25519 key of a file (PKCS#8, PEM). Rejects with `usage` where there is no such key. */
export async function findingsSigner(keyFile: string): Promise<SignFindings> {
  const attestor = new DsseAttestor(await ringOf(keyFile));
  return async (report) => {
    const lines: string[] = [];
    for (const statement of statementsOf(report))
      lines.push(`${JSON.stringify(await attestor.sign('verifier', statement))}\n`);
    return lines.join('');
  };
}

async function ringOf(keyFile: string): Promise<KeyRing> {
  try {
    const key = await readPrivateKey(keyFile);
    return {
      sign: async (_role, bytes) => sign(null, bytes, key),
      publicKey: async () => createPublicKey(key),
    };
  } catch (cause) {
    // It may be the right key, in a file that is open to others: there is no need of another.
    if (cause instanceof AutolandError && cause.code === 'key.unsafe')
      throw new AutolandError('usage', cause.message, { ...(cause.mend && { mend: cause.mend }), cause });
    const mend = 'make one: openssl genpkey -algorithm ed25519 -out KEY && chmod 600 KEY';
    throw new AutolandError('usage', `expected an Ed25519 key in ${keyFile}: ${messageOf(cause)}`, {
      mend,
      cause,
    });
  }
}
