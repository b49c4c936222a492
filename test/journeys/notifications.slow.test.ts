import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { NotificationKind } from '../../src/domain/notification.ts';
import { HttpReceiver } from '../../src/testing/http-receiver.ts';
import { until } from './cli.ts';
import { greeter, rules } from './greeter.ts';
import { Stage } from './stage.ts';

type Told = { readonly type: NotificationKind; readonly data: { id: string; incident: Incident | null } };

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/** Fails every request of a user once its source is spread over several lines: tests and health see nothing of it. */
const brittle = (greeter['server.js'] ?? '').replace(
  'createServer((request, response) => {',
  `import { readFileSync } from 'node:fs';
const isAiry = readFileSync(new URL('./greet.js', import.meta.url), 'utf8').includes('\\n\\n');
createServer((request, response) => {
  if (isAiry && request.url !== '/healthz') response.statusCode = 500;`,
);

describe('a version that harms users, while others are told', () => {
  let pager: HttpReceiver;
  let deaf: HttpReceiver;
  let stage: Stage;
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-notified-'));
    [pager, deaf] = [await HttpReceiver.open(), await HttpReceiver.open()];
    deaf.manner = 'hangs';
    const file = join(dir, 'secret');
    writeFileSync(file, secret);
    const hooks = Object.entries({ pager, deaf }).map(
      ([name, { url }]) => `    - { name: ${name}, url: "${url}", secretFile: "${file}" }`,
    );
    const notify = ['notify:', '  webhooks:', ...hooks, ''].join('\n');
    stage = new Stage({ 'server.js': brittle, '.autoland/autoland.yaml': `${rules()}${notify}` });
    await stage.open(await stage.up());
  });
  afterAll(async () => {
    await stage.close();
    await pager.close();
    await deaf.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const told = () => pager.received.map(({ body }) => JSON.parse(body) as Told);

  function notifierPid(): number {
    const { children } = JSON.parse(readFileSync(join(stage.state, 'run', 'children.json'), 'utf8')) as {
      children: readonly { name: string; pid: number }[];
    };
    return children.find(({ name }) => name === 'notifier')?.pid ?? Number.NaN;
  }

  it('is tried before it is needed', async () => {
    const tried = await stage.run(['tell', 'pager']);
    expect(tried).toMatchObject({ code: 0, stdout: 'pager: it was taken\n' });
    expect(told()).toMatchObject([{ type: 'receiver.tried', data: { change: null } }]);
    pager.received.length = 0;
    expect(await stage.run(['tell', 'pager', '--dry-run'])).toMatchObject({ code: 0 });
    expect(told()).toEqual([]);
    pager.manner = { status: 403 };
    const refused = await stage.run(['tell', 'pager']);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('answered 403') });
    pager.manner = { status: 200 };
    pager.received.length = 0;
    const unknown = await stage.run(['tell', 'nobody']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/found "nobody" \[usage\]\n {2}mend: use one of: pager, deaf/);
  });

  it('takes it back, tells of it in spite of one who is deaf and of kill -9, and says when it is over', async () => {
    await until(
      () => (Object.keys(stageReceivers()).length === 2 ? true : undefined),
      () => stage.said,
    );
    const change = await stage.submit({
      'greet.js': "export const greet = (name) =>\n\n  'hello ' + name;\n",
    });
    await stage.reached(change, ({ state }) => state === 'rollout' || state === 'rolled-back');
    process.kill(notifierPid(), 'SIGKILL');
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    expect(view.incident).toMatchObject({ code: 'rollout.server-errors', service: 'greeter' });
    expect(view.incident?.users.harmed).toBeGreaterThan(0);

    await until(
      () => (told().some(({ type }) => type === 'incident.resolved') ? true : undefined),
      () => `${JSON.stringify(told())}\n${stage.said}`,
    );
    const kinds = [...new Map(told().map(({ type, data }) => [data.id, type])).values()];
    expect(kinds).toEqual([
      'incident.detected',
      'autonomy.demoted',
      'change.rolled-back',
      'incident.resolved',
    ]);
    expect(told().at(-1)?.data.incident).toMatchObject({ change, state: 'resolved' });
    for (const { body, headers } of pager.received) {
      const seen = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      expect(new StandardWebhook(secret).verify(body, seen)).toBeTruthy();
    }
    await saysWhoIsDeaf();
  });

  function stageReceivers(): Readonly<Record<string, unknown>> {
    const read = (name: string) => {
      try {
        return JSON.parse(readFileSync(join(stage.state, 'notify', `${name}.json`), 'utf8')) as unknown;
      } catch {
        return undefined;
      }
    };
    const found = ['pager', 'deaf'].map((name) => [name, read(name)] as const);
    return Object.fromEntries(found.filter(([, state]) => state !== undefined));
  }

  async function saysWhoIsDeaf(): Promise<void> {
    expect(deaf.received.length).toBeGreaterThan(0);
    await until(
      async () => {
        const { receivers } = await stage.status();
        return receivers.find(({ name }) => name === 'deaf')?.trouble?.why.includes('no answer in time')
          ? true
          : undefined;
      },
      () => stage.said,
    );
    const { receivers } = await stage.status();
    expect(receivers.find(({ name }) => name === 'pager')).toMatchObject({ trouble: null, givenUp: 0 });
    const doctor = await stage.run(['doctor']);
    expect(doctor.stdout).toMatch(/broken +notifications +deaf: last tried at [^[]*no\s+answer\s+in\s+time/);
    const { stdout } = await stage.run(['explain', told().at(-1)?.data.incident?.change ?? '']);
    expect(stdout).toMatch(/Incident resolved: exposed to at most 50 % of the users/);
  }
});
