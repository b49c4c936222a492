import { z } from 'zod';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { readIfThere, writeAtomic } from './files.ts';
import type { ProcessIdentity } from './processes/process-identity.ts';

/** A process that `keepAlive` began, and the command line that it runs. */
export type ChildRecord = ProcessIdentity & { readonly name: string; readonly args: readonly string[] };

const record: z.ZodType<ChildRecord> = z.strictObject({
  name: z.string(),
  pid: z.int(),
  startTime: z.string(),
  args: z.array(z.string()),
});
const file = z.strictObject({ version: z.literal(1), children: z.array(record) });

/** Rejects with `state.corrupt`: a process that nobody knows of would hold port and locks for good. */
export function readChildren(path: string): readonly ChildRecord[] {
  const text = readIfThere(path);
  if (text === undefined) return [];
  try {
    return file.parse(JSON.parse(text)).children;
  } catch (cause) {
    throw new AutolandError('state.corrupt', `${path} is not as it was written: ${messageOf(cause)}`, {
      mend: 'end the control plane and the router if they still run, then remove the file',
      cause,
    });
  }
}

export function writeChildren(path: string, children: readonly ChildRecord[]): void {
  writeAtomic(path, `${JSON.stringify({ version: 1, children }, undefined, 2)}\n`);
}
