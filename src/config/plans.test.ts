import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { share as shareField } from './fields.ts';
import { rolloutPlan, serviceSpec } from './plans.ts';

describe('plans out of a configuration', () => {
  it('puts the default rollout in rising steps, each longer than its bake', () => {
    const plan = rolloutPlan(parseConfig('version: 1', 'test.yaml'));
    expect(plan.steps.map((step) => step.weight)).toEqual([0.01, 0.05, 0.25, 0.5]);
    expect(plan.steps.every((step) => step.bakeSeconds < step.limitSeconds)).toBe(true);
    expect(plan.steps.map((step) => step.exclude)).toEqual([20, 4.8, 2, 2]);
    expect(plan).toMatchObject({ alpha: 0.01, beta: 0.05, ceiling: 0.05 });
  });

  it('lets no wait count for ten seconds, unless told otherwise', () => {
    const latencyOf = (text: string) => rolloutPlan(parseConfig(`version: 1\n${text}`, 'test.yaml')).latency;
    expect(latencyOf('')).toEqual({ tolerate: 1.4, warmUpSeconds: 10 });
    expect(latencyOf('rollout: { latency: { tolerate: 1.1, warmUp: null } }')).toEqual({
      ...{ tolerate: 1.1, warmUpSeconds: 0 },
    });
    expect(latencyOf('rollout: { latency: { warmUp: 500ms } }')).toMatchObject({ warmUpSeconds: 0.5 });
    expect(latencyOf('rollout: { latency: null }')).toBeUndefined();
    expect(() => latencyOf('rollout: { latency: { warmUp: 0s } }')).toThrow(/duration above 0/);
  });

  it('tries what an alarm of the watch finds for two minutes, unless told otherwise', () => {
    const watchOf = (text: string) => rolloutPlan(parseConfig(`version: 1\n${text}`, 'test.yaml')).watch;
    expect(watchOf('')).toEqual({ seconds: 900, falseAlarmsPerMonth: 1, trialSeconds: 120 });
    expect(watchOf('rollout: { watch: { trial: 45s } }')).toMatchObject({ seconds: 900, trialSeconds: 45 });
    expect(watchOf('rollout: { watch: { trial: null } }')).toEqual({ seconds: 900, falseAlarmsPerMonth: 1 });
    expect(watchOf('rollout: { watch: null }')).toBeUndefined();
  });

  it('reads shares and durations in every way of writing them', () => {
    const text = `version: 1
rollout: { steps: [{ share: 0.5%, exclude: 20, limit: 45s, bake: 500ms }, { share: 0.1, exclude: 3, limit: 1.5h, bake: 1m }] }`;
    expect(rolloutPlan(parseConfig(text, 'test.yaml')).steps).toEqual([
      { weight: 0.005, exclude: 20, limitSeconds: 45, bakeSeconds: 0.5 },
      { weight: 0.1, exclude: 3, limitSeconds: 5400, bakeSeconds: 60 },
    ]);
  });

  it('reads each share that a flag can hold, as the very weight of that flag', () => {
    for (let parts = 1; parts < 10_000; parts += 7) {
      for (const share of [`${(parts / 100).toFixed(2)}%`, String(parts / 10_000)])
        expect(
          Math.abs(shareField.parse(share.endsWith('%') ? share : Number(share)) - parts / 10_000),
        ).toBeLessThan(1e-12);
    }
  });

  it('has a service warmed up by a hundred requests within ten seconds, where it names paths', () => {
    const specOf = (more: string) => {
      const text = `version: 1\nservice: { name: shop, command: [node, a.js]${more} }`;
      const { service } = parseConfig(text, 'test.yaml');
      return service && serviceSpec(service);
    };
    expect(specOf('')).not.toHaveProperty('warmUp');
    expect(specOf(', warmUp: { paths: [/, /cart] }')?.warmUp).toEqual({
      ...{ paths: ['/', '/cart'], requests: 100, timeoutSeconds: 10 },
    });
    expect(() => specOf(', warmUp: { paths: [] }')).toThrow(/at least one path/);
    expect(() => specOf(', warmUp: { paths: [cart] }')).toThrow(/a path that begins with/);
  });

  it('makes a service specification without what the runtime must not know', () => {
    const config = parseConfig(
      'version: 1\nservice: { name: shop, command: [node, a.js], identity: { header: X-User-Id } }',
      'test.yaml',
    );
    expect(config.service?.identity).toEqual({ header: 'x-user-id' });
    expect(config.service && serviceSpec(config.service)).toEqual({
      name: 'shop',
      command: ['node', 'a.js'],
      env: {},
      secretFiles: {},
      health: { path: '/healthz', timeoutSeconds: 10 },
      instances: 1,
      memoryMiB: 512,
      processes: 64,
      graceSeconds: 5,
    });
  });
});
