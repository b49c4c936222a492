import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Instrumentation, InstrumentedFile, MutationTarget } from '../../domain/mutation.ts';
import { askChildForList } from '../json-child.ts';

export type InstrumenterLimits = { readonly timeoutMs: number; readonly memoryMiB: number };

const defaults: InstrumenterLimits = { timeoutMs: 60_000, memoryMiB: 1024 };

/**
 * Instruments in a child process, because hostile source can take all memory and time of whatever parses it. A child that
 * crashed, hung or answered nonsense has read nothing: all targets are `unreadable` then.
 */
export async function instrumentInChild(
  targets: readonly MutationTarget[],
  limits: Partial<InstrumenterLimits> = {},
): Promise<Instrumentation> {
  const nonce = `m${randomBytes(8).toString('hex')}`;
  const variables = { awake: nonce, reached: `${nonce}_file` };
  const files = targets.length === 0 ? [] : await instrument({ targets, ...variables }, limits);
  const read = new Set(files.map(({ path }) => path));
  return { files, variables, unreadable: targets.map(({ path }) => path).filter((path) => !read.has(path)) };
}

async function instrument(
  work: object,
  limits: Partial<InstrumenterLimits>,
): Promise<readonly InstrumentedFile[]> {
  // Babel looks for settings in its working directory: this one is the program's own.
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const child = { script: 'instrument-child', from: import.meta.url, cwd, ...defaults, ...limits };
  return (await askChildForList(child, work)) as readonly InstrumentedFile[];
}
