import { readFileSync } from 'node:fs';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import type { Release } from '../../../ports/release-store.ts';
import type { ServiceSpec } from '../../../ports/runtime.ts';
import type { ServiceJob } from '../../../ports/sandbox.ts';
import type { SlotDirs } from './slot-dirs.ts';

/** Where a service finds its own inside the sandbox. */
const APP = '/app';
const RUN = '/run/autoland';
/** A directory of its own, that the service cannot write to: see SlotDirs. */
const OTLP = '/run/autoland-otlp';
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The whole of what a service gets to see. Rejects with `config.invalid` when a secret cannot be read. */
export function serviceJob(
  spec: ServiceSpec,
  release: Release,
  dirs: Pick<SlotDirs, 'run' | 'otlp'>,
  lifetime: ServiceJob['lifetime'],
): ServiceJob {
  return {
    argv: spec.command,
    cwd: APP,
    env: {
      NODE_ENV: 'production',
      ...checked(spec.env),
      ...secrets(checked(spec.secretFiles)),
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

function checked(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const bad = Object.entries(variables).find(([name, value]) => !VARIABLE.test(name) || value.includes('\0'));
  if (bad === undefined) return variables;
  throw new AutolandError(
    'config.invalid',
    `${JSON.stringify(bad[0])} is no environment variable that can be set`,
  );
}

function secrets(files: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(files).map(([name, path]) => {
    try {
      return [name, readFileSync(path, 'utf8').replace(/\r?\n$/, '')] as const;
    } catch (cause) {
      throw new AutolandError('config.invalid', `the secret ${name} must be readable: ${messageOf(cause)}`, {
        cause,
      });
    }
  });
  return Object.fromEntries(entries);
}
