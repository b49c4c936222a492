import { describe, expect, it } from 'vitest';
import { adviceOn } from './advice.ts';
import { parseConfig } from './config.ts';

const service = 'service: { name: shop, command: [node, a.js] }';
const advice = (autonomy: string, more = service) =>
  adviceOn(parseConfig(`version: 1\nautonomy: ${autonomy}\n${more}\n`, 'test.yaml'));

describe('adviceOn', () => {
  it.each([
    ['{}', []],
    ['{ dependency-patch: merge }', []],
    ['{ dependency-patch: deploy, revert: deploy, docs: merge }', []],
    ['{ dependency-patch: deploy, revert: merge }', [/^revert is not at deploy/]],
    [
      '{ dependency-patch: deploy, dependency-minor: merge, lint: merge }',
      [/^revert/, /^dependency-minor, lint at merge/],
    ],
  ])('%s', (autonomy, expected) => {
    expect(advice(autonomy)).toEqual(expected.map((one) => expect.stringMatching(one)));
  });

  it.each([
    ['service: { name: shop, command: [x], identity: { header: X-User-Id } }', []],
    [
      'service: { name: shop, command: [x], identity: { header: Cookie } }',
      [/^identity.header cookie of shop/],
    ],
    [
      'services: [{ name: shop, command: [x], identity: { header: host } }]',
      [/^identity.header host of shop/],
    ],
    ['rollout: { metrics: [{ name: a, kind: histogram, tolerate: 1.1 }, { name: b, kind: rate }] }', []],
    [
      'rollout: { metrics: [{ name: a, kind: rate, tolerate: 1.1 }] }',
      [/^tolerate of the rate a counts for nothing/],
    ],
    [
      'rollout: { metrics: [{ name: a, kind: ratio, tolerate: 2 }] }',
      [/^tolerate of the ratio a counts for nothing/],
    ],
    [
      'flags: { serve: { sync: 8015 } }\nmcp: { port: 8015 }',
      [/^mcp.port and flags.serve.sync are both 8015/],
    ],
    [
      'flags: { serve: { sync: 8015, origins: ["https://a.example"] } }',
      [/^flags.serve.origins counts for nothing/],
    ],
    ['flags: { serve: { ofrep: 8016, origins: ["https://a.example"] } }\nmcp: { port: 7310 }', []],
  ])('names what counts for nothing: %s', (yaml, expected) => {
    expect(advice('{}', yaml)).toEqual(expected.map((one) => expect.stringMatching(one)));
  });

  it('is silent where nothing is deployed', () => {
    expect(advice('{ dependency-patch: deploy }', '')).toEqual([]);
  });
});
