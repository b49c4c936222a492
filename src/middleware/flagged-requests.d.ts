import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Of OpenTelemetry's API, what is used here. */
export type Meter = {
  createHistogram(
    name: string,
    options: {
      readonly unit: string;
      readonly description: string;
      readonly advice: { readonly explicitBucketBoundaries: number[] };
    },
  ): { record(seconds: number, attributes: Record<string, string | number>): void };
};

export type FlaggedRequests = {
  /** Tells that the request at hand met a flag: for flags that no hook tells of. */
  evaluated(key: string, variant: string): void;
  /** For `OpenFeature.addHooks`. */
  hook(): {
    after(
      context: { readonly flagKey: string },
      details: { readonly variant?: string; readonly value: unknown },
    ): void;
  };
  /** Around a listener of Node's http server; `route`: the low-cardinality route of a request, such as `/cart/:id`. */
  node(
    listener: RequestListener,
    options?: { readonly route?: (request: IncomingMessage) => string | undefined },
  ): RequestListener;
  /** `app.use(flagged.express())`, before the routes. */
  express(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** `app.use(flagged.hono())`, before the routes. */
  hono(): (
    context: {
      readonly req: { readonly method: string; readonly routePath: string };
      readonly res: { readonly status: number };
      readonly error?: Error | undefined;
    },
    next: () => Promise<void>,
  ) => Promise<void>;
};

export const metricName: string;
export function flaggedRequests(options: { readonly meter: Meter }): FlaggedRequests;
