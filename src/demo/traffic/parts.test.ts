import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient } from './client.ts';
import { CookieJars } from './cookie-jar.ts';
import { Latencies } from './latencies.ts';

describe('createClient', () => {
  it.each([
    'https://127.0.0.1:7300',
    'http://example.com',
    'http://127.0.0.1.example.com:80',
    'http://localhost.example.com',
    'http://10.0.0.7:80',
    'http://[::2]:80',
    'http://user@example.com#127.0.0.1',
    'not an origin',
  ])('refuses %s', (origin) => {
    expect(() => createClient(origin, 1)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it.each(['http://127.0.0.1:7300', 'http://localhost:7300', 'http://[::1]:7300'])('takes %s', (origin) => {
    createClient(origin, 1).close();
  });

  it('says that a connection failed instead of rejecting', async () => {
    const client = createClient('http://127.0.0.1:1', 1);
    const answer = await client.send({ method: 'GET', path: '/', body: undefined, cookie: undefined });
    expect(answer.kind).toBe('dropped');
    client.close();
  });
});

describe('CookieJars', () => {
  it('keeps the cookies of each user apart, replaces and forgets them', () => {
    const jars = new CookieJars();
    expect(jars.header(1)).toBeUndefined();
    jars.store(1, ['id=a=b; Path=/; HttpOnly', 'basket=X.1; Max-Age=60']);
    jars.store(2, ['id=other']);
    jars.store(1, ['basket=; Max-Age=0; Path=/', 'nonsense', '=x']);
    expect(jars.header(1)).toBe('id=a=b');
    expect(jars.header(2)).toBe('id=other');
    jars.store(2, ['id=; Max-Age=0']);
    expect(jars.header(2)).toBeUndefined();
  });
});

describe('Latencies', () => {
  it('answers percentiles within 3 % and a hundredth above the exact ones', () => {
    const ms = fc.double({ min: 0.06, max: 50_000, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(ms, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (all, share) => {
          const latencies = new Latencies();
          for (const value of all) latencies.add(value);
          const exact = all.toSorted((a, b) => a - b)[Math.ceil(share * all.length) - 1] ?? 0;
          const found = latencies.percentile(share) ?? 0;
          expect(found).toBeGreaterThanOrEqual(exact - 0.01);
          expect(found).toBeLessThanOrEqual(exact * 1.03 + 0.01);
        },
      ),
    );
    expect(new Latencies().percentile(0.5)).toBeNull();
  });
});
