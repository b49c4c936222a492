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

  it('is silent where nothing is deployed', () => {
    expect(advice('{ dependency-patch: deploy }', '')).toEqual([]);
  });
});
