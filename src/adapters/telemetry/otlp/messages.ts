import type { Message } from './wire.ts';

/*
 * The part of OpenTelemetry's messages that is read: field numbers and types as opentelemetry-proto 1.x fixes them for good.
 * Of attributes only plain values are: so nothing here contains itself, and no body can nest deeper than these tables.
 */

const anyValue: Message = {
  1: { name: 'stringValue', type: 'string' },
  2: { name: 'boolValue', type: 'bool' },
  3: { name: 'intValue', type: 'int64' },
  4: { name: 'doubleValue', type: 'double' },
};
const keyValue: Message = { 1: { name: 'key', type: 'string' }, 2: { name: 'value', type: anyValue } };
const attributes = { name: 'attributes', type: keyValue, many: true } as const;
const time = { name: 'timeUnixNano', type: 'fixed64' } as const;
const start = { name: 'startTimeUnixNano', type: 'fixed64' } as const;
const count = { name: 'count', type: 'fixed64' } as const;
const flags = { name: 'flags', type: 'uint32' } as const;

const exemplar: Message = { 2: time, 5: { name: 'traceId', type: 'hex' } };
const exemplars = { name: 'exemplars', type: exemplar, many: true } as const;

const histogramPoint: Message = {
  2: start,
  3: time,
  4: count,
  6: { name: 'bucketCounts', type: 'fixed64', many: true },
  7: { name: 'explicitBounds', type: 'double', many: true },
  8: exemplars,
  9: attributes,
  10: flags,
};
const buckets: Message = {
  1: { name: 'offset', type: 'sint32' },
  2: { name: 'bucketCounts', type: 'uint64', many: true },
};
const exponentialPoint: Message = {
  1: attributes,
  2: start,
  3: time,
  4: count,
  6: { name: 'scale', type: 'sint32' },
  7: { name: 'zeroCount', type: 'fixed64' },
  8: { name: 'positive', type: buckets },
  10: flags,
  11: exemplars,
};
const ofPoints = (point: Message): Message => ({
  1: { name: 'dataPoints', type: point, many: true },
  2: { name: 'aggregationTemporality', type: 'int32' },
});
const metric: Message = {
  1: { name: 'name', type: 'string' },
  3: { name: 'unit', type: 'string' },
  9: { name: 'histogram', type: ofPoints(histogramPoint) },
  10: { name: 'exponentialHistogram', type: ofPoints(exponentialPoint) },
};
const scopeMetrics: Message = { 2: { name: 'metrics', type: metric, many: true } };
const resourceMetrics: Message = { 2: { name: 'scopeMetrics', type: scopeMetrics, many: true } };

export const metricsRequest: Message = { 1: { name: 'resourceMetrics', type: resourceMetrics, many: true } };

const resource = { name: 'resource', type: { 1: attributes } } as const;

const event: Message = { 2: { name: 'name', type: 'string' }, 3: attributes };
const span: Message = {
  1: { name: 'traceId', type: 'hex' },
  6: { name: 'kind', type: 'int32' },
  9: attributes,
  11: { name: 'events', type: event, many: true },
  15: { name: 'status', type: { 3: { name: 'code', type: 'int32' } } },
};
const scopeSpans: Message = { 2: { name: 'spans', type: span, many: true } };
const resourceSpans: Message = { 1: resource, 2: { name: 'scopeSpans', type: scopeSpans, many: true } };

export const tracesRequest: Message = { 1: { name: 'resourceSpans', type: resourceSpans, many: true } };

const logRecord: Message = {
  2: { name: 'severityNumber', type: 'int32' },
  6: attributes,
  9: { name: 'traceId', type: 'hex' },
  12: { name: 'eventName', type: 'string' },
};
const scopeLogs: Message = { 2: { name: 'logRecords', type: logRecord, many: true } };
const resourceLogs: Message = { 1: resource, 2: { name: 'scopeLogs', type: scopeLogs, many: true } };

export const logsRequest: Message = { 1: { name: 'resourceLogs', type: resourceLogs, many: true } };
