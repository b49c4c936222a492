import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { until } from './cli.ts';
import { stage } from './story.ts';

/** Two at a time, since they wait more than they work. A minute each on an idle machine; the limits are for a busy one. */
describe.concurrent('another story', () => {
  it('lands the same version once its fault is mended, at another port when its own is taken', async ({
    onTestFinished,
    expect,
  }) => {
    const story = stage(onTestFinished);
    const fault = z.object({ file: z.string(), faultyLine: z.string(), fixedLine: z.string() }).parse({
      file: 'packages/@storefront/stock/2.3.1/index.js',
      faultyLine: 'const RETURN_BATCH = 16;',
      fixedLine: 'const RETURN_BATCH = 1;',
    });
    story.edit(fault.file, (text) => text.replace(fault.faultyLine, fault.fixedLine));
    story.edit('story.yaml', (text) => text.replace(/fault:\n(?: {2}.*\n)+/, ''));
    const taken = createServer().listen(7300, '127.0.0.1');
    // Somebody else may hold it already: then it is taken just the same.
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
    try {
      const { summary, lines } = await story.tell();
      expect(summary).toMatchObject({ landed: 1, rolledBack: 0, refused: 0, held: 0, reverts: 0 });
      expect(summary).toMatchObject({ auditVerified: true, fsckAgrees: true, remembered: [] });
      const said = lines.find((line) => line.includes('The service is open')) ?? '';
      expect(said).toContain('port 7300 is in use');
      expect(said).not.toContain('127.0.0.1:7300');
    } finally {
      taken.close();
    }
  });

  it('leaves nothing behind on SIGKILL', async ({ onTestFinished, expect }) => {
    const { child, output } = stage(onTestFinished).begin('--port', '0');
    await until(
      () => (output().stdout.includes('The service is open') ? true : undefined),
      () => JSON.stringify(output()),
    );
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    const [code] = (await exit) as [number | null];
    expect(code).toBeNull();
    expect(output().stderr).toBe('');
  });
});
