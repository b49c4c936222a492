import type { Release } from '../../../ports/release-store.ts';
import type { ProcessSpec } from '../../../ports/runtime.ts';
import type { ServiceJob } from '../../../ports/sandbox.ts';
import { checkedVariables, readSecrets } from '../environment.ts';
import type { SlotDirs } from './slot-dirs.ts';

/** Where a service finds its own inside the sandbox. */
export const APP = '/app';
const RUN = '/run/autoland';
/** A directory of its own, that the service cannot write to: see SlotDirs. */
const OTLP = '/run/autoland-otlp';

/** The whole of what a service gets to see. Rejects with `config.invalid` when a secret cannot be read. */
export function serviceJob(
  spec: ProcessSpec,
  release: Release,
  dirs: Pick<SlotDirs, 'run' | 'otlp'>,
  lifetime: ServiceJob['lifetime'],
): ServiceJob {
  return {
    argv: spec.command,
    cwd: APP,
    env: {
      NODE_ENV: 'production',
      ...checkedVariables(spec.env),
      ...readSecrets(spec.secretFiles),
      PORT: `${RUN}/http.sock`,
      SERVICE_NAME: spec.name,
      SERVICE_VERSION: release.digest,
      AUTOLAND_OTLP_SOCKET: `${OTLP}/otlp.sock`,
    },
    mounts: [
      { source: release.dir, target: APP, mode: 'read' },
      { source: dirs.run, target: RUN, mode: 'write' },
      { source: dirs.otlp, target: OTLP, mode: 'read' },
    ],
    memoryMiB: spec.memoryMiB,
    processes: spec.processes,
    lifetime,
  };
}
