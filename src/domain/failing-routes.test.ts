import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failingRoutes } from './failing-routes.ts';
import type { RouteReport, VersionReport } from './self-report.ts';

const arms = { canary: 'sha256:new', baseline: 'sha256:old' };
const route = (
  name: string,
  requests: number,
  failed: number,
  traceId: string | null = null,
): RouteReport => ({
  ...{ route: name, requests, failed, traceId },
  statuses: failed === 0 ? {} : { 500: failed },
});
const report = (
  arm: keyof typeof arms,
  routes: readonly RouteReport[],
  everySeconds: number | null = 1,
): VersionReport => ({
  ...{ digest: arms[arm], requests: 0, errors: 0, rejectedPoints: 0, p50Seconds: null, p95Seconds: null },
  ...{ routes, variants: [], everySeconds },
});

describe('failingRoutes', () => {
  it('adds up instances, and puts first where the canary fails beyond baseline', () => {
    const found = failingRoutes(
      [
        report('canary', [route('GET /cart', 40, 10), route('GET /old', 10, 9), route('GET /fine', 10, 0)]),
        report('canary', [route('GET /cart', 60, 20, 'abc')]),
        report('baseline', [
          route('GET /cart', 9000, 3),
          route('GET /old', 1000, 900),
          route('GET /other', 5, 1),
        ]),
        { ...report('canary', [route('GET /cart', 1, 1)]), digest: 'sha256:another' },
      ],
      arms,
      5,
    );
    expect(found).toEqual({
      missing: null,
      slowEverySeconds: null,
      variants: [],
      routes: [
        {
          route: 'GET /cart',
          canary: { requests: 100, failed: 30, statuses: { 500: 30 }, traceId: 'abc' },
          baseline: { requests: 9000, failed: 3, statuses: { 500: 3 }, traceId: null },
        },
        { route: 'GET /old', canary: expect.anything() as object, baseline: expect.anything() as object },
        { route: 'GET /other', canary: null, baseline: expect.anything() as object },
      ],
    });
  });

  it('says when nobody reported, and who reports too slowly', () => {
    expect(failingRoutes([], arms, 5)).toMatchObject({ routes: [], missing: expect.any(String) as string });
    expect(failingRoutes([report('canary', [route('GET /', 1, 0)], 60)], arms, 5)).toEqual({
      routes: [],
      variants: [],
      missing: null,
      slowEverySeconds: 60,
    });
  });

  it('tells of few routes, whatever is reported', () => {
    const counts = fc.record({ name: fc.string(), requests: fc.nat(), failed: fc.nat() });
    fc.assert(
      fc.property(fc.array(counts), fc.array(counts), (canary, baseline) => {
        const routes = (all: typeof canary) => all.map((one) => route(one.name, one.requests, one.failed));
        const reports = [report('canary', routes(canary)), report('baseline', routes(baseline))];
        const found = failingRoutes(reports, arms, 5).routes;
        expect(found.length).toBeLessThanOrEqual(5);
        for (const one of found)
          expect((one.canary?.failed ?? 0) + (one.baseline?.failed ?? 0)).toBeGreaterThan(0);
      }),
    );
  });
});
