import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readyToTrace, traceCalls } from './trace-calls.ts';

it('runs the command as it is where there is no pipe, and says that nothing was traced', async () => {
  const root = mkdtempSync(join(tmpdir(), 'autoland-trace-'));
  try {
    const run = async (argv: readonly string[]) => argv;
    const job = { argv: ['node', '--version'], project: '/project', run } as const;
    const untraced = { traced: false, calls: [], gaps: [] };
    // The second has no pipe in it.
    for (const place of [undefined, root])
      expect(await traceCalls(place, job)).toEqual({ result: job.argv, systemCalls: untraced });
    // A name that is longer than any file system's.
    await expect(readyToTrace(join(root, 'x'.repeat(300)))).rejects.toThrow('ENAMETOOLONG');
    expect(await readyToTrace(join(root, 'place'))).toBe(true);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
