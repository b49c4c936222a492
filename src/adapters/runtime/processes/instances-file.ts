import { z } from 'zod';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import type { ServiceSpec } from '../../../ports/runtime.ts';
import { readIfThere, writeAtomic } from '../files.ts';
import type { StateLayout } from '../state-layout.ts';

/** Checks a spec that came from elsewhere. Secrets are named by file, so nothing of them is in it. */
export const serviceSpec: z.ZodType<ServiceSpec> = z.strictObject({
  name: z.string(),
  command: z.tuple([z.string()], z.string()),
  env: z.record(z.string(), z.string()),
  secretFiles: z.record(z.string(), z.string()),
  health: z.strictObject({
    path: z.string().startsWith('/'),
    timeoutSeconds: z.number().positive().max(600),
  }),
  instances: z.int().min(1).max(64),
  memoryMiB: z.int().min(1),
  processes: z.int().min(1),
  graceSeconds: z.number().min(0).max(3600),
});

/** One instance that is to run, and the process that did so last. */
export type InstanceRecord = {
  readonly spec: ServiceSpec;
  readonly digest: string;
  /** Its place among the instances of the digest. */
  readonly n: number;
  readonly pid: number | null;
  readonly startTime: string | null;
  readonly restarts: number;
};

const record: z.ZodType<InstanceRecord> = z.strictObject({
  spec: serviceSpec,
  digest: z.string(),
  n: z.int().min(0),
  pid: z.int().nullable(),
  startTime: z.string().nullable(),
  restarts: z.int().min(0),
});
const file = z.strictObject({ version: z.literal(1), instances: z.array(record) });

/** Rejects with `state.corrupt`: what runs would be unknown, and starting it twice is worse than not starting. */
export function readInstances(layout: StateLayout): readonly InstanceRecord[] {
  const text = readIfThere(layout.instances);
  if (text === undefined) return [];
  try {
    return file.parse(JSON.parse(text)).instances;
  } catch (cause) {
    throw new AutolandError(
      'state.corrupt',
      `${layout.instances} is not as it was written: ${messageOf(cause)}`,
      {
        mend: 'end the services that still run, then remove the file',
        cause,
      },
    );
  }
}

export function writeInstances(layout: StateLayout, instances: readonly InstanceRecord[]): void {
  writeAtomic(layout.instances, `${JSON.stringify({ version: 1, instances }, undefined, 2)}\n`);
}
