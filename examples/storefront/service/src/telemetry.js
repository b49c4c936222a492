import { Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { OtlpSocketExporter } from './otlp-socket-exporter.js';

/** The bounds that OpenTelemetry's HTTP semantic conventions advise, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const EVERY_MS = 1000;
const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

/** Exports `http.server.request.duration` each second to the Unix socket; without one it records nothing. */
export function startTelemetry({ socketPath, serviceName, serviceVersion }) {
  if (!socketPath) return { record: () => {}, shutdown: async () => {} };
  const provider = new MeterProvider({
    resource: new Resource({ 'service.name': serviceName, 'service.version': serviceVersion }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OtlpSocketExporter(socketPath),
        exportIntervalMillis: EVERY_MS,
        exportTimeoutMillis: EVERY_MS - 100,
      }),
    ],
  });
  const duration = provider.getMeter('nimbus-and-daughters').createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
    advice: { explicitBucketBoundaries: BOUNDS },
  });
  return {
    record: (seen) => duration.record(seen.seconds, attributesOf(seen)),
    // A receiver that is gone must not keep the service from ending.
    shutdown: () => provider.shutdown().catch(() => {}),
  };
}

function attributesOf({ method, route, status, error }) {
  const errorType = status >= 500 || error === 'aborted' ? (error ?? String(status)) : undefined;
  return {
    'http.request.method': KNOWN_METHODS.has(method) ? method : '_OTHER',
    'http.response.status_code': status,
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(errorType === undefined ? {} : { 'error.type': errorType }),
  };
}
