import { spawnSync } from 'node:child_process';
import { traceAttempt } from '../adapters/tracer/strace.ts';

/** Tests of what strace sees are for machines where it is installed and may trace. */
export function hasTracer(): boolean {
  const [file, ...args] = traceAttempt;
  return spawnSync(file, args).status === 0;
}
