import { describe, expect, it } from 'vitest';
import { readArm, readMatchers, readMetric, selectorOf } from './matchers.ts';

describe('matchers', () => {
  it.each<[string, readonly string[]]>([
    ['job="shop"', ['job="shop"']],
    [' job = "a,b" , path!~"/x\\\\..*",', ['job = "a,b"', 'path!~"/x\\\\..*"']],
    ['a="say \\"}\\"",b=""', ['a="say \\"}\\""', 'b=""']],
  ])('reads %s', (text, matchers) => {
    expect(readMatchers(text, '--matching')).toEqual(matchers);
  });

  it.each([
    '',
    'job',
    'job=shop',
    'job="a"} or vector(1) #',
    '"job"="a"',
    'job="a',
    'job="a"b="c"',
    ',',
    'job="a\n"',
  ])('refuses %j', (text) => {
    expect(() => readMatchers(text, '--matching')).toThrow(/--matching/);
  });

  it('takes a version for the label that OpenTelemetry has', () => {
    expect(selectorOf(readMetric('d_bucket', '--x'), readArm('1.3.0-rc.1', '--canary'))).toBe(
      'd_bucket{service_version="1.3.0-rc.1"}',
    );
    expect(() => readArm('1.3"', '--canary')).toThrow(/--canary/);
    expect(() => readMetric('d{a="b"}', '--histogram')).toThrow(/--histogram/);
  });
});
