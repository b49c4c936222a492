import { advisories } from './advisories/advisories.ts';
import { api } from './api/api.ts';
import { build } from './build/build.ts';
import { characterization } from './characterization/characterization.ts';
import { documentation } from './documentation/documentation.ts';
import { drivers } from './drivers/drivers.ts';
import type { Guardrail } from './facts.ts';
import { flagOff } from './flag-off/flag-off.ts';
import { installScripts } from './install-scripts.ts';
import { lint } from './lint/lint.ts';
import { integrity } from './lockfile/integrity.ts';
import { lockfile } from './lockfile/lockfile.ts';
import { mutation } from './mutation/mutation.ts';
import { provenance } from './package-proofs/provenance.ts';
import { publisher } from './package-proofs/publisher.ts';
import { signatures } from './package-proofs/signatures.ts';
import { proof } from './proof/proof.ts';
import { releaseAge } from './release-age.ts';
import { reproduction } from './reproduction/reproduction.ts';
import { risk } from './risk/risk.ts';
import { scope } from './scope/scope.ts';
import { secrets } from './secrets/secrets.ts';
import { supplyChain } from './supply-chain/supply-chain.ts';
import { systemCalls } from './system-calls/system-calls.ts';
import { tests } from './tests/tests.ts';

/** Every guardrail, in the order of their results. */
export const allGuardrails: readonly Guardrail[] = [
  scope,
  secrets,
  documentation,
  lockfile,
  integrity,
  installScripts,
  signatures,
  provenance,
  publisher,
  advisories,
  supplyChain,
  api,
  lint,
  releaseAge,
  risk,
  proof,
  flagOff,
  tests,
  reproduction,
  characterization,
  systemCalls,
  build,
  mutation,
  drivers,
];
