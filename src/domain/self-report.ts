/** Requests of one route in the last minutes, by an instance's own account. All names are cut and printable. */
export type RouteReport = {
  /** Method and route, such as `GET /cart`. */
  readonly route: string;
  readonly requests: number;
  readonly failed: number;
  /** Of those that failed, by status, or by the type of the error. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of one that failed; null: none was told. */
  readonly traceId: string | null;
};

/** What an instance says of itself: it may roll back or hold, never promote. */
export type SelfReport = {
  readonly requests: number;
  readonly errors: number;
  /** Data points that could not be counted: too many series, or nonsense. */
  readonly rejectedPoints: number;
  /** Half and all but a twentieth of its requests took up to so many seconds; null: not told. */
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  /** Most failures first. */
  readonly routes: readonly RouteReport[];
  /** The same by the flags that requests met, each as `key = variant`. A request that met two is in both. */
  readonly variants: readonly RouteReport[];
};

/** A self-report of a version that the runtime launched: whose it is was never asked of the version. */
export type VersionReport = SelfReport & {
  readonly digest: string;
  /** How often it reports; null: fewer than two reports came. */
  readonly everySeconds: number | null;
};

/** Slower reports say too late what happens in a rollout. */
export const slowReportSeconds = 5;
