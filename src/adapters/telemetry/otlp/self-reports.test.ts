import { describe, expect, it } from 'vitest';
import { SelfReports } from './self-reports.ts';

const CUMULATIVE = 2;
const DELTA = 1;
const error = [{ key: 'error.type', value: { stringValue: 'timeout' } }];

describe('SelfReports', () => {
  it('takes the growth of a cumulative series, and all of one that began anew', () => {
    expect(
      requests(CUMULATIVE, [
        { count: 5, startTimeUnixNano: '1' },
        { count: 5, startTimeUnixNano: '1' },
        { count: '8', startTimeUnixNano: '1' },
        { count: 2, startTimeUnixNano: '1' },
        { count: 3, startTimeUnixNano: '9' },
      ]),
    ).toBe(13);
  });

  it.each<[string, number, readonly object[], number]>([
    [
      'a cumulative export',
      CUMULATIVE,
      [
        { count: 5, ...at(1, 10) },
        { count: 5, ...at(1, 10) },
      ],
      5,
    ],
    [
      'a delta export',
      DELTA,
      [
        { count: 5, ...at(1, 10) },
        { count: 5, ...at(1, 10) },
        { count: 5, ...at(10, 20) },
      ],
      10,
    ],
    [
      'an older cumulative export',
      CUMULATIVE,
      [
        { count: 9, ...at(1, 20) },
        { count: 5, ...at(1, 10) },
        { count: 11, ...at(1, 30) },
      ],
      11,
    ],
    [
      'a process that ended',
      CUMULATIVE,
      [
        { count: 9, ...at(50, 60) },
        { count: 500, ...at(1, 40) },
        { count: 11, ...at(50, 70) },
      ],
      11,
    ],
  ])('does not count %s twice', (_case, temporality, points, count) => {
    expect(requests(temporality, points)).toBe(count);
  });

  it('counts on where the clock of a service is far off, or goes back', () => {
    const points = [
      { count: 5, ...at(9e18, 9e18) },
      { count: 8, ...at(9e18, 1) },
      { count: 9, ...at(9e18, 2) },
    ];
    expect(requests(CUMULATIVE, points)).toBe(9);
    expect(
      requests(DELTA, [
        { count: 5, ...at(100, 200) },
        { count: 5, ...at(50, 60) },
      ]),
    ).toBe(10);
  });

  it('adds delta counts, and tells errors apart', () => {
    const reports = new SelfReports();
    for (let n = 0; n < 2; n++)
      reports.takeMetrics(body(DELTA, [{ count: 5 }, { count: 2, attributes: error }]));
    expect(reports.report()).toMatchObject({ requests: 14, errors: 4, rejectedPoints: 0 });
  });

  it('leaves out what a service has not recorded, and metrics that are others', () => {
    const reports = new SelfReports();
    reports.takeMetrics(body(CUMULATIVE, [{ count: 5, flags: 1 }]));
    const [other] = body(CUMULATIVE, [{ count: 5 }]).resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
    reports.takeMetrics({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ ...other, name: 'x', histogram: 7 }] }] }],
    });
    expect(reports.report().requests).toBe(0);
  });

  it('rejects series beyond what it keeps, and says how many', () => {
    const reports = new SelfReports();
    const many = Array.from({ length: 2010 }, (_, n) => ({ count: 1, attributes: [{ key: `k${n}` }] }));
    expect(reports.takeMetrics(body(CUMULATIVE, many))).toEqual({
      rejected: 10,
      why: 'more than 2000 series',
    });
    expect(reports.report()).toMatchObject({ requests: 2000, errors: 0, rejectedPoints: 10 });
  });

  it('keeps little, however much it is sent', () => {
    const reports = new SelfReports();
    const big = (size: number) => [{ key: 'k', value: { stringValue: 'x'.repeat(size) } }];
    for (let n = 0; n < 50; n++)
      reports.takeMetrics(body(CUMULATIVE, [{ count: 1, attributes: big(1_000_000 + n) }]));
    reports.takeMetrics(body(CUMULATIVE, [{ count: 1, attributes: big(4000) }]));
    expect(reports.report()).toMatchObject({ requests: 1, errors: 0, rejectedPoints: 50 });
    const endless = body(CUMULATIVE, [{ count: 1, startTimeUnixNano: '1'.repeat(1_000_000) }]);
    expect(() => reports.takeMetrics(endless)).toThrow();
  });

  it.each([
    null,
    [],
    { resourceMetrics: {} },
    body(CUMULATIVE, [{ count: -1 }]),
    body('?', []),
    body(CUMULATIVE, [{ count: '9'.repeat(20) }]),
  ])('throws on %j', (bad) => {
    expect(() => new SelfReports().takeMetrics(bad)).toThrow();
  });

  it('tells how long requests took, by either kind of histogram', () => {
    const reports = new SelfReports();
    const bucketCounts = [50, 45, 5];
    reports.takeMetrics(body(DELTA, [{ count: 100, bucketCounts, explicitBounds: [0.1, 0.5] }]));
    const { p50Seconds, p95Seconds } = reports.report();
    expect(p50Seconds).toBeGreaterThanOrEqual(0.1);
    expect(p50Seconds).toBeLessThan(0.13);
    expect(p95Seconds).toBeGreaterThanOrEqual(0.5);
    expect(p95Seconds).toBeLessThan(0.6);
  });
});

function at(start: number, time: number) {
  return { startTimeUnixNano: `${BigInt(start)}`, timeUnixNano: `${BigInt(time)}` };
}

/** As many as were counted when each point came in an export of its own. */
function requests(temporality: number, points: readonly object[]): number {
  const reports = new SelfReports();
  for (const point of points) reports.takeMetrics(body(temporality, [point]));
  return reports.report().requests;
}

function body(aggregationTemporality: unknown, dataPoints: readonly unknown[]) {
  const metrics = [
    { name: 'http.server.request.duration', histogram: { aggregationTemporality, dataPoints } },
  ];
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}
