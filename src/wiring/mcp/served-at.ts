import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { privateDir, writeAtomic } from '../../adapters/runtime/files.ts';
import { startTimeOf } from '../../adapters/runtime/processes/process-identity.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';

/** Where agents are served over HTTP, and by which process: the port is told on its command line alone. */
export type ServedAt = {
  readonly url: string;
  readonly pid: number;
  /** Of that very process, as `/proc` tells it; absent: an earlier version of autoland did not say. */
  readonly startTime?: string;
};

const pathIn = (run: string) => join(run, 'mcp.json');

/** Answers how to take it back. A process that is killed leaves it: it says where one was, not that one is. */
export function noteServedAt(run: string, url: string): () => void {
  privateDir(run);
  const startTime = startTimeOf(process.pid);
  const at: ServedAt = { url, pid: process.pid, ...(startTime !== undefined && { startTime }) };
  writeAtomic(pathIn(run), `${JSON.stringify(at)}\n`);
  return () => {
    // Another one may have begun since.
    if (servedAt(run)?.pid === process.pid) rmSync(pathIn(run), { force: true });
  };
}

/** undefined: none was started. Throws `state.corrupt`. */
export function servedAt(run: string): ServedAt | undefined {
  const path = pathIn(run);
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isRecord(value) && typeof value.url === 'string' && typeof value.pid === 'number')
      return {
        ...{ url: value.url, pid: value.pid },
        ...(typeof value.startTime === 'string' && { startTime: value.startTime }),
      };
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw corrupt(path, messageOf(thrown));
  }
  throw corrupt(path, 'something else');
}

function corrupt(path: string, found: string): AutolandError {
  return new AutolandError('state.corrupt', `expected url and pid in ${path}, found: ${found}`, {
    mend: 'remove it; autoland mcp --http writes it anew',
  });
}
