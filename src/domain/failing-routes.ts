import type { JsonObject } from './json.ts';
import type { RouteReport, VersionReport } from './self-report.ts';

/** Journalled when a rollout is held or rolled back: where requests failed, by the versions' own account. It decided nothing. */
export const reportsNote = 'rollout.reports';

export type RouteOfArm = Omit<RouteReport, 'route'>;
/** null: that arm reported no request of this route. */
export type FailingRoute = {
  readonly route: string;
  readonly canary: RouteOfArm | null;
  readonly baseline: RouteOfArm | null;
};

export type FailingRoutes = {
  /** Where the canary fails most beyond baseline's share comes first. */
  readonly routes: readonly FailingRoute[];
  /** The same by flag: `key = variant` stands for the route. */
  readonly variants: readonly FailingRoute[];
  /** How often the slowest of its instances reports, where that is too slow; null: it is not, or nobody knows. */
  readonly slowEverySeconds: number | null;
  /** Why there is nothing to tell; null: there is, or nothing failed. */
  readonly missing: string | null;
};

const mostRoutes = 5;

type Arms = { readonly canary: string; readonly baseline: string };

/** `arms`: the digests that were launched as canary and as baseline. */
export function failingRoutes(
  reports: readonly VersionReport[],
  arms: Arms,
  slowSeconds: number,
): FailingRoutes {
  const own = reports.filter(({ digest }) => digest === arms.canary || digest === arms.baseline);
  const told = (kind: 'routes' | 'variants') => {
    const of = (digest: string) =>
      byRoute(own.filter((report) => report.digest === digest).flatMap((report) => report[kind]));
    return failing(of(arms.canary), of(arms.baseline));
  };
  const slowest = Math.max(0, ...own.map(({ everySeconds }) => everySeconds ?? 0));
  const isSilent = own.every(({ routes }) => routes.length === 0);
  return {
    routes: told('routes'),
    variants: told('variants'),
    slowEverySeconds: slowest > slowSeconds ? slowest : null,
    missing: isSilent ? 'neither version reported requests' : null,
  };
}

export function readFailingRoutes(note: JsonObject | undefined): FailingRoutes | undefined {
  return note as unknown as FailingRoutes | undefined;
}

type ByRoute = ReadonlyMap<string, RouteOfArm>;

function failing(canary: ByRoute, baseline: ByRoute): readonly FailingRoute[] {
  return [...new Set([...canary.keys(), ...baseline.keys()])]
    .map((route) => ({ route, canary: canary.get(route) ?? null, baseline: baseline.get(route) ?? null }))
    .filter(({ canary: one, baseline: other }) => (one?.failed ?? 0) + (other?.failed ?? 0) > 0)
    .toSorted((one, other) => excess(other) - excess(one))
    .slice(0, mostRoutes);
}

function byRoute(reports: readonly RouteReport[]): ByRoute {
  const sums = new Map<string, RouteOfArm>();
  for (const { route, ...own } of reports) {
    const before = sums.get(route);
    sums.set(route, before === undefined ? own : added(before, own));
  }
  return sums;
}

function added(one: RouteOfArm, other: RouteOfArm): RouteOfArm {
  const statuses = new Map(Object.entries(one.statuses));
  for (const [status, count] of Object.entries(other.statuses))
    statuses.set(status, (statuses.get(status) ?? 0) + count);
  return {
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    statuses: Object.fromEntries(statuses),
    traceId: one.traceId ?? other.traceId,
  };
}

/** The canary's failures beyond what baseline's share lets expect of its requests. */
function excess({ canary, baseline }: FailingRoute): number {
  const share = baseline === null || baseline.requests === 0 ? 0 : baseline.failed / baseline.requests;
  return canary === null ? -share : canary.failed - canary.requests * share;
}
