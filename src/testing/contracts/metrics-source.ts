import { describe, expect, it } from 'vitest';
import type { MetricsSource } from '../../ports/metrics-source.ts';

export type KnownSamples = {
  readonly source: MetricsSource;
  /** Names one series. */
  readonly selector: string;
  /** What was scraped of it, without pauses, from its first sample to its last. */
  readonly values: readonly number[];
  /** Of a time before its first sample, and of one long enough after its last that a pause shows. */
  readonly from: number;
  readonly to: number;
};

/** Every source of metrics MUST pass it. */
export function metricsSourceContract(make: () => Promise<KnownSamples>): void {
  describe('metrics source contract', () => {
    it('answers each sample as it was taken, once and in order, and none made up', async () => {
      const { source, selector, values, from, to } = await make();
      const [series, ...others] = await source.samples({ selector, from, to });
      expect(others).toEqual([]);
      expect(series?.samples.map(([, value]) => value)).toEqual(values);
      const times = series?.samples.map(([at]) => at) ?? [];
      expect(times).toEqual([...new Set(times)].toSorted((one, other) => one - other));
      expect(times.every((at) => at > from && at <= to)).toBe(true);
    });

    it('answers in two parts what it answers in one', async () => {
      const { source, selector, from, to } = await make();
      const whole = await source.samples({ selector, from, to });
      const middle = whole[0]?.samples[Math.floor(whole[0].samples.length / 2)]?.[0] ?? to;
      const parts = [
        ...(await source.samples({ selector, from, to: middle })),
        ...(await source.samples({ selector, from: middle, to })),
      ];
      expect(parts.flatMap(({ samples }) => samples)).toEqual(whole[0]?.samples);
    });

    it('answers nothing where there is nothing', async () => {
      const { source, selector, from } = await make();
      expect(await source.samples({ selector: 'no_such_metric{a="b"}', from, to: from + 60 })).toEqual([]);
      expect(await source.samples({ selector, from: from - 7200, to: from - 3600 })).toEqual([]);
    });

    it('rejects a selector that is none', async () => {
      const { source, from, to } = await make();
      await expect(source.samples({ selector: '{{', from, to })).rejects.toMatchObject({
        code: 'telemetry.invalid',
      });
    });
  });
}
