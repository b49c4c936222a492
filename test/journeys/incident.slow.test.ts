import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassAutonomy } from '../../src/views/autonomy.ts';
import type { OpenedAndInquired } from '../../src/wiring/inquiry/at-once.ts';
import type { ReportedView } from '../../src/wiring/inquiry/read.ts';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

const names = ['one', 'two', 'three'] as const;
const dense = (name: string) => `export const ${name} = (value) => value;\n`;
/** Layout alone, so class lint: every test passes, and no user meets an error. */
const spread = (name: string) => `export const ${name} = (value) =>\n\n\n\n  value;\n`;
const files = (of: (name: string) => string) =>
  Object.fromEntries(names.map((name) => [`${name}.js`, of(name)]));

/** What an on-call engineer has found out: it is about this file. */
const check = `node -e "process.exit(require('fs').readFileSync('two.js', 'utf8').split('\\n').length > 3 ? 1 : 0)"`;

describe('an incident that nobody knows the culprit of', () => {
  const stage = new Stage({ ...files(dense), '.autoland/autoland.yaml': rules() });
  const landed: string[] = [];
  let wellAt = '';
  beforeAll(async () => {
    await stage.open(await stage.up());
    wellAt = new Date().toISOString();
    for (const name of names) {
      const view = await stage.ended(await stage.submit({ [`${name}.js`]: spread(name) }));
      expect(view).toMatchObject({ state: 'landed', code: 'landed.promoted' });
      landed.push(view.id);
    }
  });
  afterAll(() => stage.close());

  const open = (...args: readonly string[]) =>
    stage.json<OpenedAndInquired>('incident', 'open', '--since', wellAt, ...args);
  const show = (id: string) => stage.json<ReportedView>('incident', 'show', id);

  it('is told of to nobody where the fault is older, or does not show', async () => {
    const older = await open('--check', 'exit 1', '--dry-run');
    expect(older.inquiry).toMatchObject({ code: 'revert.before-window', culprit: null });
    const gone = await open('--check', 'exit 0', '--dry-run');
    expect(gone.inquiry).toMatchObject({ code: 'revert.not-reproduced', culprit: null });
    // Of the service itself, as each version is started for it.
    const hello = `node -e "fetch(process.env.URL).then(async (r) => process.exit((await r.text()) === 'hello you' ? 0 : 1))"`;
    const served = await open('--serve', '--check', hello, '--dry-run');
    expect(served.inquiry).toMatchObject({ code: 'revert.not-reproduced', serve: true });
    const bad = await open('--serve', '--check', hello.replace('hello', 'good day'), '--dry-run');
    expect(bad.inquiry).toMatchObject({ code: 'revert.before-window', culprit: null });
    expect(await stage.json('incident', 'list')).toEqual([]);
  });

  it('is over once what brought it is taken back from users and branch, found by its check', async () => {
    const { inquiry, incident, suspicion } = await open('--check', check, '--reason', 'two is slow');
    expect(inquiry).toMatchObject({ code: 'revert.proposed', culprit: { change: landed[1] } });
    expect(new Set(suspicion.suspects.map(({ change }) => change))).toEqual(new Set(landed));
    expect(suspicion.releases).toHaveLength(3);
    for (const { exposure, nearest } of suspicion.releases)
      expect([(exposure?.usersExposed ?? 0) > 0, nearest?.test]).toEqual([
        true,
        expect.stringMatching(/^rollback/),
      ]);
    expect((await show(incident.id)).state).toBe('mending');
    const revert = await stage.ended(inquiry?.proposed ?? '');
    expect(revert).toMatchObject({ class: 'revert', state: 'landed', code: 'landed.promoted' });
    expect(stage.repo.show('main', 'two.js')).toBe(dense('two').trimEnd());
    expect(stage.repo.show('main', 'three.js')).toBe(spread('three').trimEnd());
    expect((await show(incident.id)).state).toBe('resolved');
    const autonomy = await stage.json<readonly ClassAutonomy[]>('autonomy');
    expect(JSON.stringify(autonomy)).toContain(landed[1]);
  });

  it('is reported by an alert through the API, once for its key, and looked into by the next scan', async () => {
    const report = { by: 'alerts', reason: 'p99', key: 'a1', since: wellAt, check: 'exit 0' };
    expect(await post(stage, '/v1/incidents', report)).toMatchObject({ status: 201, body: { isNew: true } });
    const again = await post(stage, '/v1/incidents', report);
    expect(again).toMatchObject({ status: 200, body: { isNew: false } });
    const { skipped } = await stage.json<ScanReport>('scan', '--agent', 'revert');
    expect(skipped).toMatchObject([{ name: again.body.id, code: 'revert.not-reproduced' }]);
    const over = { by: 'alerts', reason: 'the alert has ended' };
    expect(await post(stage, `/v1/incidents/${again.body.id}/close`, over)).toMatchObject({
      ...{ status: 200, body: { state: 'resolved', closed: { by: 'api:alerts' } } },
    });
    for (const wrong of [{}, { ...report, since: 'yesterday' }, { ...report, service: 'x', key: 'a2' }])
      expect((await post(stage, '/v1/incidents', wrong)).status).toBe(400);
  });
});

type Posted = { readonly status: number; readonly body: { readonly id?: string } };

function post(stage: Stage, path: string, body: object): Promise<Posted> {
  const socketPath = join(stage.state, 'run', 'api.sock');
  const asked = request({
    socketPath,
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  return new Promise((resolve, reject) => {
    asked.once('error', reject).once('response', (response) => {
      text(response).then((told) => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(told) as Posted['body'] });
      }, reject);
    });
    asked.end(JSON.stringify(body));
  });
}
