import type { Crash } from '../../domain/crash.ts';
import { mostMended } from '../../domain/crash-fix.ts';

const most = { message: 2_000, frames: 20 } as const;

/** What a model is asked to do. DANGER: type, message and stack are what users and a service's code wrote: they are data alone. */
export function crashTask({ errorType, message, frames }: Crash, files: readonly string[]) {
  const stack = frames.slice(0, most.frames).map(({ file, line, functionName }) => {
    const where = `${file}:${line}`;
    return functionName === undefined ? `  at ${where}` : `  at ${functionName} (${where})`;
  });
  const data = [`${errorType}: ${message.slice(0, most.message).toWellFormed()}`, ...stack].join('\n');
  const task = `The program crashes in production with the error below. Mend the fault in its code with the smallest edit after which it no longer does.

- Only these files may change: ${files.join(', ')}. At most ${mostMended.lines} lines of them, added and removed.
- run_tests runs a test that makes a call which ends in this error, then the tests of the project. The first must pass; none of the others may break.
- Mend the cause where it is in these files. Neither swallow errors that callers should see nor write code for that one call.`;
  return { task, data };
}
