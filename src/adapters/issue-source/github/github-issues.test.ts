import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HostManner, IssueHost, issueToken } from '../../../testing/issue-host.ts';
import { GithubIssues } from './github-issues.ts';

let host: IssueHost;
let dir: string;
let tokenFile: string;
beforeEach(async () => {
  host = await IssueHost.open();
  dir = mkdtempSync(join(tmpdir(), 'autoland-github-'));
  tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, `${issueToken}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await host.close();
  rmSync(dir, { recursive: true });
});

const limits = { timeoutMs: 3_000, mostBytes: 64 * 1024 };
const issues = (more = {}) =>
  new GithubIssues({ url: host.url, repository: 'acme/shop', tokenFile, limits, ...more });
const answers =
  (status: number, headers = {}, body = '{}'): HostManner =>
  (_request, response) =>
    !!response.writeHead(status, headers).end(body);

function labelled(by = 'alice', kind = 'User'): number {
  const number = host.open();
  host.label(number, 'autoland', by, kind);
  return number;
}

describe('a list of issues', () => {
  it('is read page by page, and costs nothing where nothing has changed', async () => {
    for (let at = 0; at < 150; at += 1) labelled();
    host.open({ labels: ['autoland'], isProposal: true });
    const source = issues();
    const first = await source.list('autoland');
    expect(first.issues.map(({ id }) => id)).toEqual(
      Array.from({ length: 150 }, (_, at) => `acme/shop#${at + 1}`),
    );
    expect(await source.list('autoland')).toEqual(first);
    expect(host.asked.map(({ status }) => status)).toEqual([200, 200, 304, 304]);
    host.edit(120, 'Other.');
    expect(await source.list('autoland')).not.toEqual(first);
    expect(host.asked.slice(4).map(({ status }) => status)).toEqual([304, 200]);
  });

  it('goes to no other host, whatever the last page says', async () => {
    const other = await IssueHost.open();
    host.manner = answers(200, { link: `<${other.url}/repos/acme/shop/issues>; rel="next"` }, '[]');
    await expect(issues().list('autoland')).rejects.toMatchObject({ code: 'issues.invalid' });
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it('does not turn pages for ever', async () => {
    host.manner = (request, response) =>
      answers(200, { link: `<${host.url}${request.url}&page=2>; rel="next"` }, '[]')(request, response);
    expect(await issues().list('autoland')).toEqual({ issues: [], isWhole: false });
    expect(host.asked).toHaveLength(10);
  });
});

describe('a host that does not answer as it should', () => {
  it.each<[string, HostManner, string, RegExp, RegExp]>([
    ['401', answers(401, {}, '{"message":"Bad"}'), 'unreachable', /answers 401: Bad/, /in force/],
    ['403', answers(403), 'unreachable', /answers 403/, /read access/],
    ['404', answers(404), 'unreachable', /answers 404/, /spelt right/],
    ['410', answers(410), 'unreachable', /answers 410/, /switch issues on/],
    ['500', answers(500, {}, '\u001b[2J'), 'unreachable', /answers 500$/, /later/],
    ['a 304 to no question', answers(304), 'unreachable', /answers 304/, /later/],
    ['a page', answers(200, {}, '<html>'), 'invalid', /GitHub API/, /REST API/],
    ['an object', answers(200, {}, '{"a":1}'), 'invalid', /GitHub API/, /REST API/],
    ['too much', answers(200, {}, `["${'x'.repeat(70_000)}"]`), 'invalid', /65536 bytes/, /./],
    ['silence', () => true, 'unreachable', /within 3000 ms/, /url in issues.yaml/],
    ['half an answer', (_, response) => !!response.writeHead(200).write('['), 'unreachable', /within/, /url/],
    ['a cut', (_, response) => !!response.socket?.end('HTTP/1.1 2'), 'unreachable', /./, /url/],
  ])('is told of: %s', async (_what, manner, code, message, mend) => {
    host.manner = manner;
    await expect(issues().list('autoland')).rejects.toMatchObject({
      code: `issues.${code}`,
      message: expect.stringMatching(message),
      ...(code === 'unreachable' || mend.source !== '.' ? { mend: expect.stringMatching(mend) } : {}),
    });
  });

  it.each([301, 302, 307, 308])('is not followed elsewhere (%i)', async (status) => {
    const other = await IssueHost.open();
    host.manner = answers(status, { location: `${other.url}/repos/acme/shop/issues` });
    const source = issues();
    for (const asked of [source.list('autoland'), source.read('acme/shop#1')])
      await expect(asked).rejects.toMatchObject({
        code: 'issues.unreachable',
        message: expect.stringContaining('which is not followed'),
      });
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it.each<[string, number, Record<string, string>]>([
    ['429 and Retry-After', 429, { 'retry-after': '40' }],
    ['429 alone', 429, {}],
    ['403 and Retry-After', 403, { 'retry-after': '40' }],
    ['403 and a used up rate', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' }],
    ['503 and Retry-After', 503, { 'retry-after': '40' }],
  ])('is left alone after %s', async (_what, status, headers) => {
    host.manner = answers(status, headers);
    const source = issues();
    await expect(source.list('autoland')).rejects.toMatchObject({ code: 'issues.unreachable' });
    host.manner = () => false;
    await expect(source.list('autoland')).rejects.toThrow(/wants to be left alone for \d+ s/);
    await expect(source.read('acme/shop#1')).rejects.toThrow(/left alone/);
    expect(host.asked).toHaveLength(1);
  });

  it('may be asked again once the time is over', async () => {
    host.manner = answers(403, { 'retry-after': '1' });
    const source = issues();
    await expect(source.list('autoland')).rejects.toThrow(/403/);
    host.manner = () => false;
    const again = async () => await source.list('autoland').catch(() => undefined);
    await expect.poll(again, { interval: 200 }).toEqual({ issues: [], isWhole: true });
  });
});

describe('a token', () => {
  it('that may write is not used any further', async () => {
    host.scopes = 'read:org, repo';
    await expect(issues().list('autoland')).rejects.toMatchObject({
      message: expect.stringContaining('may do more than read: repo'),
      mend: expect.stringContaining('fine-grained'),
    });
    host.scopes = 'read:org, read:user';
    expect(await issues().list('autoland')).toMatchObject({ isWhole: true });
  });

  it('that others may read, or that is not there, is not sent', async () => {
    chmodSync(tokenFile, 0o644);
    await expect(issues().list('autoland')).rejects.toMatchObject({ code: 'key.unsafe' });
    const gone = issues({ tokenFile: join(dir, 'gone') });
    await expect(gone.list('autoland')).rejects.toMatchObject({
      code: 'key.missing',
      message: expect.stringContaining('a token that may read issues'),
    });
    expect(host.asked).toEqual([]);
  });

  it('only asks', async () => {
    labelled();
    const source = issues();
    await source.list('autoland');
    await source.read('acme/shop#1');
    expect(host.asked.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual([
      'GET /repos/acme/shop/issues',
      'POST /graphql',
    ]);
    expect(JSON.parse(host.asked[1]?.body ?? '').query).toMatch(/^query\(/);
  });
});

describe('one issue', () => {
  const told = async (number: number) => (await issues().read(`acme/shop#${number}`))?.told;

  it('says who put each label on, the last time', async () => {
    const number = labelled('mallory');
    host.unlabel(number, 'autoland');
    host.label(number, 'autoland', 'alice');
    expect(await told(number)).toMatchObject({
      ...{ author: 'alice', association: 'MEMBER', editedAt: null },
      labelled: [{ label: 'autoland', by: 'alice' }],
    });
  });

  it('says when it was edited last, title or text', async () => {
    const number = labelled();
    host.edit(number, 'Push to main.');
    const edited = host.issues[0]?.updatedAt;
    expect(await told(number)).toMatchObject({ editedAt: edited });
    host.rename(number, 'Push to main');
    expect(await told(number)).toMatchObject({ editedAt: host.issues[0]?.updatedAt });
    expect(host.issues[0]?.updatedAt).not.toBe(edited);
  });

  it('was labelled by nobody knows whom where the label itself was renamed since', async () => {
    host.labelsChangedAt = '2026-11-30T08:00:02Z';
    expect(await told(labelled())).toMatchObject({ labelled: [] });
    expect(await told(labelled())).toMatchObject({ labelled: [{ by: 'alice' }] });
  });

  it('was labelled by nobody knows whom where the label was taken off last, and is there', async () => {
    const number = labelled();
    host.unlabel(number, 'autoland');
    host.issues[0]?.labels.push('autoland');
    expect(await told(number)).toMatchObject({ labelled: [] });
  });

  it('was labelled by nobody where an app did', async () => {
    expect(await told(labelled('github-actions', 'Bot'))).toMatchObject({ labelled: [{ by: null }] });
  });

  it('was labelled by nobody knows whom after more than a hundred later events', async () => {
    const number = labelled();
    for (let at = 0; at < 100; at += 1) host.rename(number, `No. ${at}`);
    expect(await told(number)).toMatchObject({ labelled: [] });
  });

  it('is not believed where the answer has errors, or is of another one', async () => {
    const number = labelled();
    const ofGraphql = (body: object) => answers(200, {}, JSON.stringify(body));
    host.manner = ofGraphql({ data: { repository: null }, errors: [{ type: 'FORBIDDEN', message: 'No' }] });
    await expect(told(number)).rejects.toThrow(/it says: No/);
    host.manner = ofGraphql({ errors: [{ type: 'RATE_LIMITED', message: 'Slow down' }] });
    const source = issues();
    await expect(source.read('acme/shop#1')).rejects.toThrow(/Slow down/);
    await expect(source.read('acme/shop#1')).rejects.toThrow(/left alone/);
    host.manner = ofGraphql({ data: null });
    await expect(told(number)).rejects.toThrow(/no such repository/);
    host.manner = ofGraphql({ data: { repository: { nameWithOwner: 'a/b', issue: { number: 1 } } } });
    await expect(told(number)).rejects.toMatchObject({ code: 'issues.invalid' });
  });

  it('is asked for where GitHub Enterprise Server has it', async () => {
    host.manner = answers(500);
    await issues({ url: `${host.url}/api/v3/` })
      .read('acme/shop#1')
      .catch(() => undefined);
    await issues({ url: `${host.url}/api/v3` })
      .list('autoland')
      .catch(() => undefined);
    expect(host.asked.map(({ url }) => url.split('?')[0])).toEqual([
      '/api/graphql',
      '/api/v3/repos/acme/shop/issues',
    ]);
  });
});
