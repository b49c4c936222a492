import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { NpmAdvisories } from './npm-advisories.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = { readonly status?: number; readonly body: string } | 'silence';

/** Answers by the path; tells what was asked. */
async function serve(answer: (path: string, body: string) => Answer) {
  const asked: { path: string; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      asked.push({ path, body });
      const said = answer(path, body);
      if (said !== 'silence') response.writeHead(said.status ?? 200).end(said.body);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  const limits = { totalMs: 20_000, retries: 1, backoffMs: 10, stallMs: 2_000 };
  return { url, asked, advisories: new NpmAdvisories({ registry: url }, limits) };
}

const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });
const kits = [
  { name: 'kit', version: '1.0.0' },
  { name: 'kit', version: '1.2.0' },
  { name: '@a/b', version: '2.0.0' },
];
const keys = (known: ReadonlyMap<string, readonly { id: string }[]>) =>
  [...known].map(([key, all]) => [key, all.map(({ id }) => id)]);

const ofKit = {
  id: 1_085_674,
  url: 'https://github.com/advisories/GHSA-jf85-cpcp-j695',
  title: 'Prototype Pollution in kit',
  severity: 'critical',
  vulnerable_versions: '<1.1.0',
};

describe("a registry's bulk advisories", () => {
  it('are those of the versions that they mean', async () => {
    const { advisories, asked } = await serve(() => json({ kit: [ofKit], other: [ofKit] }));
    const { known } = await advisories.known(kits, { from: 'registry' });
    expect(known.get('kit@1.0.0')).toEqual([
      {
        id: 'GHSA-jf85-cpcp-j695',
        title: ofKit.title,
        url: ofKit.url,
        severity: 'critical',
        malicious: false,
      },
    ]);
    expect([...known.keys()]).toEqual(['kit@1.0.0']);
    expect(asked.map(({ path }) => path)).toEqual(['/-/npm/v1/security/advisories/bulk']);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ kit: ['1.0.0', '1.2.0'], '@a/b': ['2.0.0'] });
  });

  it('mean every version when their range cannot be read', async () => {
    const { advisories } = await serve(() =>
      json({ kit: [{ ...ofKit, vulnerable_versions: 'all of them' }] }),
    );
    const { known } = await advisories.known(kits, { from: 'registry' });
    expect(known.size).toBe(2);
  });

  it('tell of malware', async () => {
    const { advisories } = await serve(() =>
      json({ kit: [{ ...ofKit, title: 'Malware in kit', vulnerable_versions: '>=0' }] }),
    );
    const { known } = await advisories.known(kits, { from: 'registry' });
    expect(known.get('kit@1.2.0')?.[0]?.malicious).toBe(true);
  });

  it.each([404, 405, 501])('are not there where it answers %i', async (status) => {
    const { advisories } = await serve(() => ({ status, body: '' }));
    const silent = ['kit@1.0.0', 'kit@1.2.0', '@a/b@2.0.0'];
    expect(await advisories.known(kits, { from: 'registry' })).toEqual({ known: new Map(), silent });
  });

  it.each<[string, Answer, string]>([
    ['503', { status: 503, body: '' }, 'registry.unreachable'],
    ['401', { status: 401, body: '' }, 'registry.unreachable'],
    ['a redirect', { status: 302, body: '' }, 'registry.unreachable'],
    ['silence', 'silence', 'registry.unreachable'],
    ['a page', { body: '<html>' }, 'registry.invalid'],
    ['a list', json([]), 'registry.invalid'],
    ['advisories without a range', json({ kit: [{ id: 1 }] }), 'registry.invalid'],
  ])('are unknown after %s', async (_what, said, code) => {
    const { advisories } = await serve(() => said);
    await expect(advisories.known(kits, { from: 'registry' })).rejects.toMatchObject({ code });
  });
});

describe('the OSV API', () => {
  const details = (id: string, more: object = {}) =>
    json({ id, summary: `About ${id}`, database_specific: { severity: 'HIGH' }, ...more });

  it('is asked in a batch, page by page, and then about each one', async () => {
    const { advisories, url, asked } = await serve((path, body) => {
      if (path !== '/v1/querybatch') return details(path.split('/').at(-1) ?? '');
      const { queries } = JSON.parse(body) as { queries: { page_token?: string }[] };
      if (queries[0]?.page_token === 'next') return json({ results: [{ vulns: [{ id: 'MAL-2024-1' }] }] });
      return json({ results: [{}, { vulns: [{ id: 'GHSA-1' }], next_page_token: 'next' }, null] });
    });
    const { known } = await advisories.known(kits, { from: 'osv', url });
    expect(keys(known)).toEqual([['kit@1.2.0', ['GHSA-1', 'MAL-2024-1']]]);
    expect(
      known.get('kit@1.2.0')?.map(({ title, severity, malicious }) => [title, severity, malicious]),
    ).toEqual([
      ['About GHSA-1', 'high', false],
      ['About MAL-2024-1', 'high', true],
    ]);
    expect(JSON.parse(asked[0]?.body ?? '').queries[0]).toEqual({
      package: { name: 'kit', ecosystem: 'npm' },
      version: '1.0.0',
    });
  });

  it('counts what it cannot tell more about, and not what was withdrawn', async () => {
    const { advisories, url } = await serve((path) => {
      if (path === '/v1/querybatch') {
        const vulns = ['GHSA-down', 'GHSA-gone', 'GHSA-other'].map((id) => ({ id }));
        return json({ results: [{ vulns }, {}, {}] });
      }
      if (path.endsWith('gone')) return details('GHSA-gone', { withdrawn: '2024-01-01T00:00:00Z' });
      return path.endsWith('other') ? details('GHSA-wrong') : { status: 400, body: '' };
    });
    const { known } = await advisories.known(kits, { from: 'osv', url });
    expect(keys(known)).toEqual([['kit@1.0.0', ['GHSA-down', 'GHSA-other']]]);
  });

  it.each<[string, Answer]>([
    ['fewer answers than questions', json({ results: [{}] })],
    ['an id that is a path', json({ results: [{ vulns: [{ id: '../../admin' }] }, {}, {}] })],
    ['nonsense', { body: '{' }],
  ])('is not believed with %s', async (_what, said) => {
    const { advisories, url } = await serve(() => said);
    const asking = advisories.known(kits, { from: 'osv', url });
    await expect(asking).rejects.toMatchObject({ code: 'registry.invalid' });
  });

  it('is asked about every version of a large repository', async () => {
    const { advisories, url, asked } = await serve((_path, body) => {
      const { queries } = JSON.parse(body) as { queries: unknown[] };
      return json({ results: queries.map(() => ({})) });
    });
    const many = Array.from({ length: 12_500 }, (_, at) => ({ name: `p${at}`, version: '1.0.0' }));
    expect(await advisories.known(many, { from: 'osv', url })).toEqual({ known: new Map(), silent: [] });
    expect(asked).toHaveLength(25);
  });

  it('does not turn pages for ever', async () => {
    const { advisories, url, asked } = await serve((_path, body) => {
      const { queries } = JSON.parse(body) as { queries: unknown[] };
      return json({ results: queries.map(() => ({ vulns: [], next_page_token: 'again' })) });
    });
    const asking = advisories.known(kits, { from: 'osv', url });
    await expect(asking).rejects.toMatchObject({ code: 'registry.invalid' });
    expect(asked.length).toBeLessThan(50);
  });
});
