import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecord } from './read-record.ts';

describe('readRecord', () => {
  it.each([
    ['{"t":0,"weight":0.01}', { kind: 'weight', t: 0, weight: 0.01 }],
    [
      '{"t":1.5,"arm":"canary","user":"u7","error":false,"ms":14}',
      { kind: 'request', t: 1.5, arm: 'canary', user: 'u7', outcome: 'ok', seconds: 0.014 },
    ],
    [
      '{"t":2,"arm":"baseline","user":7,"error":true}',
      { kind: 'request', t: 2, arm: 'baseline', user: '7', outcome: 'server-error' },
    ],
    [
      '{"t":2,"arm":"canary","user":"a","status":404}',
      { kind: 'request', t: 2, arm: 'canary', user: 'a', outcome: 'client-error' },
    ],
    [
      '{"t":12,"arm":"baseline","users":990,"failed":4}',
      { kind: 'window', t: 12, arm: 'baseline', users: 990, failed: 4 },
    ],
    [
      '{"t":12,"arm":"canary","requests":9,"failed":1,"latency":{"bounds":[50],"counts":[5,4]}}',
      {
        ...{ kind: 'request-window', t: 12, arm: 'canary', requests: 9, failed: 1 },
        latency: { bounds: [0.05], counts: [5, 4] },
      },
    ],
    [
      '{"t":12,"arm":"canary","users":9,"failed":0,"latency":{"bounds":[50,200],"counts":[5,2,1]}}',
      {
        ...{ kind: 'window', t: 12, arm: 'canary', users: 9, failed: 0 },
        latency: { bounds: [0.05, 0.2], counts: [5, 2, 1] },
      },
    ],
    [
      '{"t":3,"arm":"canary","users":9,"failed":0,"seconds":3,"metrics":{"a":2,"b":[3,1],"c":{"bounds":[10],"counts":[5,2]}}}',
      {
        ...{ kind: 'window', t: 3, arm: 'canary', users: 9, failed: 0, seconds: 3 },
        metrics: {
          a: { kind: 'rate', counts: [2] },
          b: { kind: 'ratio', counts: [3, 1] },
          c: { kind: 'histogram', bounds: [10], counts: [5, 2] },
        },
      },
    ],
    [
      '{"t":3,"arm":"canary","user":"a","error":false,"metrics":{"a":1,"b":true}}',
      {
        ...{ kind: 'request', t: 3, arm: 'canary', user: 'a', outcome: 'ok' },
        reports: [
          { name: 'a', value: 1 },
          { name: 'b', value: undefined },
        ],
      },
    ],
  ])('reads %s', (line, record) => {
    expect(readRecord(line, 1)).toEqual(record);
  });

  it.each([
    ['{"t":1,"arm":"canary","user":"a","error":false,"status":503}', /"error":false beside a status of 5xx/],
    [
      '{"t":1,"weight":0.01,"arm":"canary","user":"a","error":true}',
      /several at once: it has weight and user/,
    ],
    [
      '{"t":1,"arm":"canary","users":9,"requests":90,"failed":0}',
      /several at once: it has users and requests/,
    ],
  ])('chooses none of two that a line says: %s', (line, told) => {
    expect(() => readRecord(line, 3)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(told) as string }),
    );
  });

  it.each([
    'nonsense',
    '[]',
    'null',
    '{}',
    '{"t":"1","weight":0.1}',
    '{"t":1,"weight":0}',
    '{"t":1,"weight":1}',
    '{"t":1e300,"weight":0.1}',
    '{"t":-1,"weight":0.1}',
    '{"t":1,"arm":"canary","requests":1,"failed":2}',
    '{"t":1,"arm":"canary","requests":1,"failed":0,"latency":{"bounds":[1],"counts":[1,1]}}',
    '{"t":1,"arm":"stable","user":"a","error":true}',
    '{"t":1,"arm":"canary","user":"a"}',
    '{"t":1,"arm":"canary","user":"","error":true}',
    '{"t":1,"arm":"canary","user":"a","status":700}',
    '{"t":1,"arm":"canary","users":1.5,"failed":0}',
    '{"t":1,"arm":"canary","users":1,"failed":2}',
    '{"t":1,"arm":"canary","users":-1,"failed":-1}',
    '{"t":1,"arm":"canary","user":"a","error":false,"ms":-1}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"latency":{"bounds":[],"counts":[1]}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"latency":{"bounds":[1],"counts":[1]}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"latency":{"bounds":[2,1],"counts":[1,1,1]}}',
    '{"t":1,"arm":"canary","users":1,"failed":0,"latency":{"bounds":[1],"counts":[1,1]}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"seconds":0}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"metrics":{"a":-1}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"metrics":{"a":true}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"metrics":{"a":[1]}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"metrics":{"a":{"bounds":[0],"counts":[1,1]}}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"metrics":{"A b":1}}',
    '{"t":1,"arm":"canary","users":9,"failed":0,"metrics":[1]}',
    '{"t":1,"arm":"canary","requests":9,"failed":0,"metrics":{"a":1}}',
    '{"t":1,"arm":"canary","user":"a","error":false,"metrics":{"a":"1"}}',
    `{"t":1,"arm":"canary","user":"a","error":false,"metrics":{${Array.from({ length: 101 }, (_, n) => `"a${n}":1`).join()}}}`,
  ])('refuses %s, and names the line', (line) => {
    expect(() => readRecord(line, 17)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('line 17') }),
    );
  });

  it('throws nothing but that, whatever a line holds', () => {
    const keys = fc.constantFrom(
      't',
      'arm',
      'user',
      'users',
      'failed',
      'weight',
      'error',
      'status',
      'ms',
      'latency',
      'metrics',
      'seconds',
      'requests',
    );
    const line = fc.oneof(
      fc.string(),
      fc.dictionary(keys, fc.jsonValue()).map((data) => JSON.stringify(data)),
    );
    fc.assert(
      fc.property(line, (text) => {
        try {
          expect(Number.isFinite(readRecord(text, 1).t)).toBe(true);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'usage' });
        }
      }),
    );
  });
});
