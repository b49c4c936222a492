/** Requests of one route, by an instance's own account. All names are cut and printable. */
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
  /** Where requests failed, most failures first. */
  readonly failingRoutes: readonly RouteReport[];
};
