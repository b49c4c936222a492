import { once } from 'node:events';
import { describe, it } from 'vitest';
import { until } from './cli.ts';
import { stage } from './story.ts';

/** Two at a time, since they wait more than they work. A minute each on an idle machine; the limits are for a busy one. */
describe.concurrent('another story', () => {
  it('rolls back the version that fails in production, and remembers it', async ({
    onTestFinished,
    expect,
  }) => {
    const { summary } = await stage(onTestFinished).tell();
    expect(summary).toMatchObject({ landed: 0, rolledBack: 1, refused: 0, held: 0, reverts: 1 });
    expect(summary).toMatchObject({ auditVerified: true, fsckAgrees: true });
    expect(summary.remembered).toEqual(['@storefront/stock@2.3.1']);
    expect(summary.changes[0]).toMatchObject({ outcome: 'rolled-back', code: 'rollout.server-errors' });
  });

  it('leaves nothing behind on SIGINT', async ({ onTestFinished, expect }) => {
    const { child, output } = stage(onTestFinished).begin('--port', '0');
    await until(
      () => (output().stdout.includes('The service is open') ? true : undefined),
      () => JSON.stringify(output()),
    );
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    const [code] = (await exit) as [number | null];
    expect(code).toBe(130);
    expect(output().stderr).toBe('');
  });
});
