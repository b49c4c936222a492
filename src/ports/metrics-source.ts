import type { MetricSeries } from '../domain/metric-series.ts';

/** A store of metrics that were scraped, read after the fact. */
export interface MetricsSource {
  /**
   * The raw samples of each series that the selector names, after `from` and up to `to` (Unix seconds). Empty: no series has any.
   * MUST be the whole answer, within a bounded time and size: silence and refusals reject with `telemetry.unreachable`; what is
   * partial, comes with a warning, is too large or makes no sense, with `telemetry.invalid`.
   * MUST NOT interpolate, extrapolate or repeat a sample, and MUST NOT show a token to another origin.
   */
  samples(question: SamplesQuestion): Promise<readonly MetricSeries[]>;
}

export type SamplesQuestion = { readonly selector: string; readonly from: number; readonly to: number };
