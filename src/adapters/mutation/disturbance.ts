import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoundaryMutant } from '../../domain/boundary-mutation.ts';
import type { SandboxMount } from '../../ports/sandbox.ts';
import { kitEntry, writeKit, writeKitSettings } from '../recorder/kit.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';

export type Fault = Pick<BoundaryMutant, 'package' | 'path' | 'fault'>;

/** What a run of the tests gets so that a fault is made in it. */
export type Armed = {
  /** For NODE_OPTIONS. */
  readonly option: string;
  readonly mounts: readonly SandboxMount[];
  /** Whether a result was replaced; ask when the run is over. */
  isDisturbed(): Promise<boolean>;
};

export type Disturbance = {
  /** One at a time: the next one takes its place. */
  arm(fault: Fault): Promise<Armed>;
};

/** A fault of a path that nobody calls: to those who look, a run without a fault is like the others. */
export function nobody(): Fault {
  return { package: randomUUID(), path: randomUUID(), fault: 'throw' };
}

const kitInside = '/autoland/recorder';
const notesInside = '/autoland/records';
const disturbed = 'disturbed';

/** What is preloaded is written once; each run has a place of its own for its notes, which no other run sees. */
export async function makeDisturbance(job: string, packages: readonly string[]): Promise<Disturbance> {
  const kit = join(job, 'kit');
  const settings = { packages, records: notesInside, seed: 0 };
  await writeKit(kit, settings);
  return {
    async arm({ package: name, path, fault }) {
      const place = await mkdtemp(join(job, 'run-'));
      // The sandbox's own user must pass.
      await chmod(place, 0o711);
      const notes = join(place, 'notes');
      await mkdir(notes);
      await writeKitSettings(kit, {
        ...settings,
        disturb: { fault: { package: name, path, fault }, disturbed },
      });
      return {
        option: `--import=${kitInside}/${kitEntry}`,
        mounts: [
          { source: kit, target: kitInside, mode: 'read' },
          { source: notes, target: notesInside, mode: 'write' },
        ],
        isDisturbed: async () => (await readOutputFile(notes, disturbed)) !== undefined,
      };
    },
  };
}
