import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import { routerOptions } from './serving/doors.ts';
import { flagServiceOptions } from './up.ts';

function options(more: string) {
  const text = `version: 1\nservice: { name: shop, command: [node, server.js]${more} }\n`;
  const { service } = parseConfig(text, 'test.yaml');
  if (service === null) throw new Error('expected a service');
  return routerOptions('/state', { service, port: 7300 }, false);
}

describe('what the router is told', () => {
  it('trusts nobody’s word about clients, unless it stands behind a proxy', () => {
    expect(options('')).toMatchObject({ trustForwarded: false, identity: {} });
    expect(options(', behindProxy: true')).toMatchObject({ trustForwarded: true });
  });

  it('takes the user from the header that the configuration names', () => {
    expect(options(', identity: { header: X-User }').identity).toEqual({ header: 'x-user' });
  });
});

describe('what the flag service is told', () => {
  const told = (yaml: string) =>
    flagServiceOptions('/state', parseConfig(`version: 1\nflags: ${yaml}\n`, 'test.yaml').flags, false);

  it('is not started where no flag is served', () => {
    expect(told('{}')).toBe(null);
  });

  it('serves the named protocols, and no others', () => {
    expect(told('{ environment: staging, serve: { sync: 8015 } }')).toMatchObject({
      environment: 'staging',
      host: '127.0.0.1',
      ports: { sync: 8015, ofrep: null, evaluation: null },
    });
  });
});
