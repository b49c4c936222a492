import { AsyncLocalStorage } from 'node:async_hooks';

/*
 * For services: plain JavaScript, because Node strips no types below node_modules. Its types are in flagged-requests.d.ts.
 */

/** Not the convention's own name: whoever adds up that one must not count a request twice. */
export const metricName = 'autoland.http.server.request.duration';

/** The bounds that the HTTP semantic conventions advise, in seconds. */
const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const mostFlags = 16;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** A copy of the HTTP duration histogram, by the flags that a request met and the variants that it got. */
export function flaggedRequests({ meter }) {
  return new FlaggedRequests(meter);
}

class FlaggedRequests {
  #duration;
  #requests = new AsyncLocalStorage();

  constructor(meter) {
    this.#duration = meter.createHistogram(metricName, {
      unit: 's',
      description: 'Duration of HTTP server requests, by the flags that they met.',
      advice: { explicitBucketBoundaries },
    });
  }

  evaluated(key, variant) {
    const flags = this.#requests.getStore();
    // Outside of a request there is nothing to measure; and a flag counts by what it said first.
    if (flags === undefined || flags.has(key) || flags.size >= mostFlags) return;
    flags.set(String(key), String(variant));
  }

  /** A hook of OpenFeature's server SDK. */
  hook() {
    return {
      after: ({ flagKey }, { variant, value }) => this.evaluated(flagKey, variant ?? String(value)),
    };
  }

  node(listener, { route = () => undefined } = {}) {
    return (request, response) => this.#around(request, response, route, () => listener(request, response));
  }

  express() {
    return (request, response, next) => this.#around(request, response, expressRoute, next);
  }

  hono() {
    return async (context, next) => {
      const flags = new Map();
      const since = performance.now();
      let error;
      try {
        await this.#requests.run(flags, next);
        error = context.error?.name;
      } catch (thrown) {
        error = thrown?.name ?? 'unknown';
        throw thrown;
      } finally {
        const { method, routePath: route } = context.req;
        const status = error === undefined ? context.res.status : Math.max(500, context.res.status);
        this.#record(flags, since, { method, route, status, error });
      }
    };
  }

  /** Runs the rest of the request; what it met is recorded when the answer is over, or its client is gone. */
  #around(request, response, routeOf, next) {
    const flags = new Map();
    const since = performance.now();
    response.once('close', () => {
      const { method } = request;
      const error = response.writableFinished ? undefined : 'aborted';
      const status = response.headersSent ? response.statusCode : undefined;
      this.#record(flags, since, { method, route: safely(routeOf, request), status, error });
    });
    return this.#requests.run(flags, next);
  }

  #record(flags, since, request) {
    const seconds = (performance.now() - since) / 1000;
    for (const [key, variant] of flags)
      this.#duration.record(seconds, {
        ...attributesOf(request),
        'feature_flag.key': key,
        'feature_flag.result.variant': variant,
      });
  }
}

function attributesOf({ method, route, status, error }) {
  const errorType = error ?? (status >= 500 ? String(status) : undefined);
  return {
    'http.request.method': methods.has(method) ? method : '_OTHER',
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(errorType === undefined ? {} : { 'error.type': errorType }),
  };
}

/** What measures a service must not end it. */
function safely(routeOf, request) {
  try {
    return routeOf(request);
  } catch {
    return undefined;
  }
}

/** Known only once a route has matched. */
function expressRoute({ baseUrl, route }) {
  return route === undefined ? undefined : `${baseUrl ?? ''}${route.path}`;
}
