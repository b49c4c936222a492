import { z } from 'zod';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { DeployedSpec, ProcessSpec, RuntimeCommands, ServiceSpec } from '../../ports/runtime.ts';
import { readIfThere, writeAtomic } from './files.ts';
import type { StateLayout } from './state-layout.ts';

const common = {
  name: z.string(),
  health: z.strictObject({
    path: z.string().startsWith('/'),
    timeoutSeconds: z.number().positive().max(600),
  }),
  warmUp: z
    .strictObject({
      paths: z.array(z.string().startsWith('/')).min(1),
      requests: z.int().min(1),
      timeoutSeconds: z.number().positive().max(600),
    })
    .exactOptional(),
  instances: z.int().min(1).max(64),
  graceSeconds: z.number().min(0).max(3600),
};
const argv = z.tuple([z.string()], z.string());
const texts = z.record(z.string(), z.string());

const processSpec: z.ZodType<ProcessSpec> = z.strictObject({
  ...common,
  command: argv,
  env: texts,
  secretFiles: texts,
  memoryMiB: z.int().min(1),
  processes: z.int().min(1),
});

const commands: z.ZodType<RuntimeCommands> = z.strictObject({
  deploy: argv,
  status: argv,
  stop: argv,
  settings: texts,
  secretFiles: texts,
  timeoutSeconds: z.int().min(1).max(900),
  addresses: z.array(z.string()).min(1),
});
export const deployedSpec: z.ZodType<DeployedSpec> = z.strictObject({ ...common, commands });

/** Checks a spec that came from elsewhere. Secrets are named by file, so nothing of them is in it. */
export const serviceSpec: z.ZodType<ServiceSpec> = z.union([processSpec, deployedSpec]);

/** One instance that is to run, and the process that did so last. */
export type InstanceRecord = {
  readonly spec: ProcessSpec;
  readonly digest: string;
  /** Its place among the instances of the digest. */
  readonly n: number;
  readonly pid: number | null;
  readonly startTime: string | null;
  readonly restarts: number;
};

/** A version that was deployed, or was being so, and where it listened last. */
export type DeploymentRecord = {
  readonly spec: DeployedSpec;
  readonly digest: string;
  readonly addresses: readonly string[];
};

export type Running = {
  readonly instances: readonly InstanceRecord[];
  readonly deployments: readonly DeploymentRecord[];
};

const record: z.ZodType<InstanceRecord> = z.strictObject({
  spec: processSpec,
  digest: z.string(),
  n: z.int().min(0),
  pid: z.int().nullable(),
  startTime: z.string().nullable(),
  restarts: z.int().min(0),
});
const deployment: z.ZodType<DeploymentRecord> = z.strictObject({
  spec: deployedSpec,
  digest: z.string(),
  addresses: z.array(z.string()),
});
const file = z.strictObject({
  version: z.literal(1),
  instances: z.array(record),
  deployments: z.array(deployment).default([]),
});

/** Rejects with `state.corrupt`: what runs would be unknown, and starting it twice is worse than not starting. */
export function readInstances(layout: StateLayout): Running {
  const text = readIfThere(layout.instances);
  if (text === undefined) return { instances: [], deployments: [] };
  try {
    return file.parse(JSON.parse(text));
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

export function writeInstances(layout: StateLayout, { instances, deployments }: Running): void {
  // As before there were any: an older autoland reads it too.
  const all = deployments.length === 0 ? { instances } : { instances, deployments };
  writeAtomic(layout.instances, `${JSON.stringify({ version: 1, ...all }, undefined, 2)}\n`);
}
