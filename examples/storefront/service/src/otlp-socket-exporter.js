import { request } from 'node:http';

const SUCCESS = 0;
const FAILED = 1;
const CUMULATIVE = 2;

/**
 * An OpenTelemetry metric exporter: OTLP/HTTP with JSON, for histograms, to a Unix socket. OpenTelemetry's own
 * one would bring protobufjs and its install script along.
 */
export class OtlpSocketExporter {
  #socketPath;
  #pending = new Set();

  constructor(socketPath) {
    this.#socketPath = socketPath;
  }

  /** Never throws: a failed export is told to the SDK, which goes on with the next. */
  export(metrics, done) {
    const post = send(this.#socketPath, JSON.stringify(otlpOf(metrics)));
    this.#pending.add(post);
    post
      .then(
        () => done({ code: SUCCESS }),
        (error) => done({ code: FAILED, error }),
      )
      .finally(() => this.#pending.delete(post));
  }

  async forceFlush() {
    await Promise.allSettled(this.#pending);
  }

  shutdown() {
    return this.forceFlush();
  }
}

function send(socketPath, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const post = request({ socketPath, path: '/v1/metrics', method: 'POST', headers, timeout: 800 });
    post.on('timeout', () => post.destroy(new Error('the telemetry receiver did not answer in time')));
    post.on('error', reject);
    post.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode < 300) resolve();
        else reject(new Error(`the telemetry receiver answered ${response.statusCode}`));
      });
    });
    post.end(body);
  });
}

/** The JSON of ExportMetricsServiceRequest, as opentelemetry-proto's metrics/v1 describes it. */
function otlpOf({ resource, scopeMetrics }) {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource.attributes) },
        scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
          scope: { name: scope.name, version: scope.version },
          metrics: metrics.map(({ descriptor, dataPoints }) => ({
            name: descriptor.name,
            unit: descriptor.unit,
            description: descriptor.description,
            histogram: { aggregationTemporality: CUMULATIVE, dataPoints: dataPoints.map(pointOf) },
          })),
        })),
      },
    ],
  };
}

function pointOf({ attributes, startTime, endTime, value }) {
  return {
    attributes: attributesOf(attributes),
    startTimeUnixNano: nanosOf(startTime),
    timeUnixNano: nanosOf(endTime),
    count: String(value.count),
    sum: value.sum,
    min: value.min,
    max: value.max,
    bucketCounts: value.buckets.counts.map(String),
    explicitBounds: value.buckets.boundaries,
  };
}

function attributesOf(attributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: String(value) },
  }));
}

function nanosOf([seconds, nanos]) {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
}
