import { describe, expect, it } from 'vitest';
import { SelfReports } from './otlp.ts';

const CUMULATIVE = 2;
const DELTA = 1;
const error = [{ key: 'error.type', value: { stringValue: 'timeout' } }];

describe('SelfReports', () => {
  it('takes the growth of a cumulative series, and all of one that began anew', () => {
    const reports = new SelfReports();
    reports.take(body(CUMULATIVE, [{ count: 5, startTimeUnixNano: '1' }]));
    reports.take(body(CUMULATIVE, [{ count: 5, startTimeUnixNano: '1' }]));
    reports.take(body(CUMULATIVE, [{ count: '8', startTimeUnixNano: '1' }]));
    reports.take(body(CUMULATIVE, [{ count: 2, startTimeUnixNano: '1' }]));
    reports.take(body(CUMULATIVE, [{ count: 3, startTimeUnixNano: '9' }]));
    expect(reports.report()).toEqual({ requests: 13, errors: 0, ignoredSeries: 0 });
  });

  it('adds delta counts, and tells errors apart', () => {
    const reports = new SelfReports();
    for (let n = 0; n < 2; n++) reports.take(body(DELTA, [{ count: 5 }, { count: 2, attributes: error }]));
    expect(reports.report()).toEqual({ requests: 14, errors: 4, ignoredSeries: 0 });
  });

  it('ignores series beyond what it keeps', () => {
    const reports = new SelfReports();
    const many = Array.from({ length: 2010 }, (_, n) => ({ count: 1, attributes: [{ key: `k${n}` }] }));
    reports.take(body(CUMULATIVE, many));
    expect(reports.report()).toEqual({ requests: 2000, errors: 0, ignoredSeries: 10 });
  });

  it('keeps little, however much it is sent', () => {
    const reports = new SelfReports();
    const big = (size: number) => [{ key: 'k', value: { stringValue: 'x'.repeat(size) } }];
    for (let n = 0; n < 50; n++)
      reports.take(body(CUMULATIVE, [{ count: 1, attributes: big(1_000_000 + n) }]));
    reports.take(body(CUMULATIVE, [{ count: 1, attributes: big(4000) }]));
    expect(reports.report()).toEqual({ requests: 1, errors: 0, ignoredSeries: 50 });
    const endless = body(CUMULATIVE, [{ count: 1, startTimeUnixNano: '1'.repeat(1_000_000) }]);
    expect(() => reports.take(endless)).toThrow();
  });

  it.each([null, [], { resourceMetrics: {} }, body(CUMULATIVE, [{ count: -1 }]), body('?', [])])(
    'throws on %j',
    (bad) => {
      expect(() => new SelfReports().take(bad)).toThrow();
    },
  );
});

function body(aggregationTemporality: unknown, dataPoints: readonly unknown[]) {
  const metrics = [
    { name: 'http.server.request.duration', histogram: { aggregationTemporality, dataPoints } },
  ];
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}
