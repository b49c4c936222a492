import { randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Identity, isIdCookie } from './identity.ts';

/** A request with these headers. */
function asked(headers: Record<string, string>): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers });
}

describe('Identity', () => {
  it('is kept beside the id of another router of the same host', () => {
    const routers = [new Identity(randomBytes(32)), new Identity(randomBytes(32))];
    const jar = new Map<string, string>();
    const visit = (router: Identity) => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const { id, setCookie } = router.of(asked({ cookie }));
      const [name = '', value = ''] = setCookie?.split(';', 1)[0]?.split('=') ?? [];
      if (name !== '') jar.set(name, value);
      return id;
    };
    const ids = routers.map(visit);
    for (let n = 0; n < 3; n++) expect(routers.map(visit)).toEqual(ids);
    expect(jar.size).toBe(2);
    expect([...jar.keys()].every(isIdCookie)).toBe(true);
  });

  it('marks its cookie Secure where a trusted proxy says that the client came over TLS', () => {
    const key = randomBytes(32);
    const secure = (trustForwarded: boolean, proto?: string) =>
      new Identity(key, { trustForwarded })
        .of(asked(proto === undefined ? {} : { 'x-forwarded-proto': proto }))
        .setCookie?.endsWith('; Secure');
    expect(secure(true, 'https')).toBe(true);
    expect(secure(true, 'HTTPS, http')).toBe(true);
    expect(secure(true, 'http, https')).toBe(false);
    expect(secure(true)).toBe(false);
    expect(secure(false, 'https')).toBe(false);
  });

  it('names its cookie by its key alone: a router that starts again knows its users', () => {
    const key = randomBytes(32);
    const { id, setCookie } = new Identity(key).of(asked({}));
    const cookie = setCookie?.split(';', 1)[0] ?? '';
    expect(new Identity(key).of(asked({ cookie }))).toEqual({ id });
  });
});
