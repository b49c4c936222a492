import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TrustMaterial } from '@sigstore/verify';
import { z } from 'zod';
import { type RegistryKey, readShippedKeys } from './keys.ts';

/** Whose word counts. */
export type TrustRoot = {
  /** npm's keys, for signatures and for attestations. */
  readonly keys: readonly RegistryKey[];
  /** Sigstore's certificate authorities and logs; without keys. */
  readonly sigstore: Omit<TrustMaterial, 'publicKey'>;
};

const targets = z.object({ targets: z.record(z.string(), z.base64()) });
const seedsSchema = z.record(z.string(), targets);
const repository = 'https://tuf-repo-cdn.sigstore.dev';

/** As it was shipped with `@sigstore/tuf`: nothing is fetched. Younger keys are unknown until the library is updated. */
export async function shippedTrustRoot(): Promise<TrustRoot> {
  const path = createRequire(import.meta.url).resolve('@sigstore/tuf/seeds.json');
  const seeds = seedsSchema.parse(JSON.parse(readFileSync(path, 'utf8')))[repository]?.targets;
  const target = (name: string) => Buffer.from(seeds?.[name] ?? '', 'base64').toString('utf8');
  // Loaded when first needed: they would slow down every start.
  const [{ toTrustMaterial }, { TrustedRoot }] = await Promise.all([
    import('@sigstore/verify'),
    import('@sigstore/protobuf-specs'),
  ]);
  const sigstore = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(target('trusted_root.json'))));
  return { keys: readShippedKeys(target('registry.npmjs.org%2Fkeys.json')), sigstore };
}
