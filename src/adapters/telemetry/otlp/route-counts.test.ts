import { describe, expect, it } from 'vitest';
import { SelfReports } from './self-reports.ts';

const CUMULATIVE = 2;
const DELTA = 1;
const error = [{ key: 'error.type', value: { stringValue: 'timeout' } }];

describe('routes of self-reports', () => {
  const request = (route: string, status: number) => [
    { key: 'http.request.method', value: { stringValue: 'GET' } },
    { key: 'http.route', value: { stringValue: route } },
    { key: 'http.response.status_code', value: { intValue: status } },
  ];
  const traceId = 'ab'.repeat(16);

  it('tells where requests failed, with an example', () => {
    const reports = new SelfReports();
    reports.takeMetrics(
      body(DELTA, [
        { count: 90, attributes: request('/cart', 200) },
        { count: 3, attributes: request('/cart', 500), exemplars: [{ traceId }] },
        { count: 7, attributes: request('/buy', 503) },
        { count: 50, attributes: request('/fine', 404) },
      ]),
    );
    const server = { kind: 2, attributes: request('/buy', 503), status: {}, traceId: 'cd'.repeat(16) };
    reports.takeTraces({
      resourceSpans: [{ scopeSpans: [{ spans: [server, { ...server, kind: 1, traceId }] }] }],
    });
    expect(reports.report().routes.slice(0, 2)).toEqual([
      { route: 'GET /buy', requests: 7, failed: 7, statuses: { 503: 7 }, traceId: 'cd'.repeat(16) },
      { route: 'GET /cart', requests: 93, failed: 3, statuses: { 500: 3 }, traceId },
    ]);
  });

  it('tells of the last minutes, and not of what an instance had served before it was heard', () => {
    let now = 0;
    const reports = new SelfReports(() => now);
    const hour = 3_600_000_000_000;
    const point = { attributes: request('/cart', 500), startTimeUnixNano: '1' };
    reports.takeMetrics(body(CUMULATIVE, [{ ...point, count: 900, timeUnixNano: `${hour}` }]));
    expect(reports.report()).toMatchObject({ requests: 900, routes: [] });
    for (const [minute, count] of [
      [0, 903],
      [5, 905],
      [9, 906],
    ] as const) {
      now = minute * 60_000;
      reports.takeMetrics(body(CUMULATIVE, [{ ...point, count, timeUnixNano: `${hour + minute + 1}` }]));
    }
    expect(reports.report().routes).toMatchObject([{ requests: 6, failed: 6 }]);
    now = 14 * 60_000;
    expect(reports.report().routes).toMatchObject([{ requests: 3, failed: 3 }]);
    now = 60 * 60_000;
    expect(reports.report().routes).toEqual([]);
  });

  it('shows what a hostile service names in one short line, and few of it', () => {
    const reports = new SelfReports();
    const points = Array.from({ length: 500 }, (_, n) => ({
      count: 1,
      attributes: [...request(`/\u001b[2J${n}\n${'x'.repeat(3000)}`, 500), ...error],
      exemplars: [{ traceId: '<script>' }],
    }));
    reports.takeMetrics(body(DELTA, points));
    const { routes } = reports.report();
    expect(routes).toHaveLength(50);
    expect(routes[0]).toMatchObject({ route: 'others', failed: 400, traceId: null });
    for (const { route } of routes) expect(route).toMatch(/^[\x20-\x7e]{1,120}$/);
  });
});

describe('flags of self-reports', () => {
  const flag = (variant: string) => [
    { key: 'feature_flag.key', value: { stringValue: 'checkout' } },
    { key: 'feature_flag.result.variant', value: { stringValue: variant } },
  ];
  const trace = (n: number) => n.toString(16).padStart(32, '0');
  const evaluations = (...logRecords: object[]) => ({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  const served = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const evaluation = (n: number, variant: string) => ({
    ...{ eventName: 'feature_flag.evaluation', traceId: trace(n), attributes: flag(variant) },
  });
  const span = (n: number, code: number) => ({ kind: 2, traceId: trace(n), status: { code } });
  const variants = (reports: SelfReports) =>
    reports.report().variants.map(({ route, requests, failed }) => [route, requests, failed]);

  it('are counted from a histogram, and a copy counts no request twice', () => {
    const reports = new SelfReports();
    const failing = { count: 2, attributes: [...error, ...flag('on')] };
    reports.takeMetrics(body(DELTA, [{ count: 5, attributes: flag('on') }, failing]));
    reports.takeMetrics(
      body(DELTA, [{ count: 9, attributes: flag('off') }], 'autoland.http.server.request.duration'),
    );
    reports.takeMetrics(body(DELTA, [{ count: 7 }], 'autoland.http.server.request.duration'));
    expect(reports.report()).toMatchObject({ requests: 7, errors: 2 });
    expect(variants(reports)).toEqual([
      ['checkout = on', 7, 2],
      ['checkout = off', 9, 0],
    ]);
  });

  it('are counted from evaluations and spans of one trace, in whichever order they come', () => {
    const reports = new SelfReports();
    reports.takeLogs(evaluations(evaluation(1, 'on'), evaluation(1, 'off'), evaluation(1, 'on')));
    reports.takeTraces(served(span(1, 2), span(1, 0), span(2, 0), { ...span(3, 2), kind: 1 }));
    reports.takeLogs(
      evaluations(evaluation(2, 'off'), evaluation(3, 'on'), { ...evaluation(2, 'on'), eventName: 'x' }),
    );
    expect(variants(reports)).toEqual([
      ['checkout = on', 1, 1],
      ['checkout = off', 1, 0],
    ]);
    expect(reports.report().variants[0]?.traceId).toBe(trace(1));
    expect(reports.report().requests).toBe(0);
  });

  it('give way to what metrics count, and keep few traces', () => {
    const reports = new SelfReports();
    const many = Array.from({ length: 3000 }, (_, n) => evaluation(n + 1, 'on'));
    reports.takeLogs(evaluations(...many, evaluation(0, 'on')));
    reports.takeTraces(served(...Array.from({ length: 3001 }, (_, n) => span(3000 - n, 0))));
    expect(variants(reports)).toEqual([['checkout = on', 1000, 0]]);
    reports.takeMetrics(body(DELTA, [{ count: 5, attributes: flag('off') }]));
    expect(variants(reports)).toEqual([['checkout = off', 5, 0]]);
  });
});

function body(
  aggregationTemporality: unknown,
  dataPoints: readonly unknown[],
  name = 'http.server.request.duration',
) {
  const metrics = [{ name, histogram: { aggregationTemporality, dataPoints } }];
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}
