import { describe, expect, it } from 'vitest';
import { checkConfig, parseConfig } from './config.ts';

const flagsOf = (yaml: string) => parseConfig(`version: 1\nflags: ${yaml}\n`, 'test.yaml').flags;

describe('flags', () => {
  it('are served to nobody unless a port is named', () => {
    expect(parseConfig('version: 1', 'test.yaml').flags).toEqual({
      helpers: [],
      removeAfter: 604_800,
      environment: 'production',
      serve: null,
    });
  });

  it('are served on this machine alone unless another host is named', () => {
    expect(flagsOf('{ serve: { ofrep: 8016 } }').serve).toEqual({
      evaluation: null,
      sync: null,
      ofrep: 8016,
      host: '127.0.0.1',
      origins: [],
      requestsPerSecond: 1000,
      connections: 5000,
    });
    expect(flagsOf('{ serve: { sync: 8015, host: 0.0.0.0 } }').serve?.host).toBe('0.0.0.0');
  });

  it.each([
    ['{ serve: {} }', 'at least one of evaluation, sync and ofrep'],
    ['{ serve: { sync: 8015, ofrep: 8015 } }', 'a port of its own'],
    ['{ serve: { sync: 0 } }', 'a port from 1 to 65535'],
    ['{ serve: { sync: 65536 } }', 'a port from 1 to 65535'],
    ['{ serve: { sync: "8015" } }', 'a port from 1 to 65535'],
    ['{ serve: { sync: 8015, host: "http://x" } }', 'an IP address or a host name'],
    ['{ serve: { ofrep: 8016, origins: ["*"] } }', 'the origin of a page'],
    ['{ serve: { ofrep: 8016, origins: ["https://shop.example/"] } }', 'the origin of a page'],
    ['{ serve: { ofrep: 8016, origins: ["null"] } }', 'the origin of a page'],
    ['{ environment: Production }', 'a name of lower-case letters'],
  ])('says what is wrong with %s', (yaml, expected) => {
    const check = checkConfig(`version: 1\nflags: ${yaml}\n`);
    const messages = check.ok ? [] : check.problems.map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining(expected)]);
  });
});
