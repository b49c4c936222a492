import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import { routerOptions } from './up.ts';

function options(more: string) {
  const text = `version: 1\nservice: { name: shop, command: [node, server.js]${more} }\n`;
  const { service } = parseConfig(text, 'test.yaml');
  if (service === null) throw new Error('expected a service');
  return routerOptions('/state', service, { port: 7300, url: 'http://127.0.0.1:7300', ephemeral: false });
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
