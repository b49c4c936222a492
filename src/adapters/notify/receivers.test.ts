import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationKinds, trial } from '../../domain/notification.ts';
import { receiverContract } from '../../testing/contracts/receiver.ts';
import { covers } from '../../testing/covers.ts';
import { HttpReceiver } from '../../testing/http-receiver.ts';
import { sampleNotification } from '../../testing/notifications.ts';
import { CdEvents, type CdEventsOptions } from './cd-events.ts';
import { Slack } from './slack.ts';
import { Webhook } from './webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const all = { on: notificationKinds, private: false, repository: 'shop' };

let dir: string;
let server: HttpReceiver;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-notify-'));
  server = await HttpReceiver.open();
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

function fileWith(text: string): string {
  const path = join(dir, `secret-${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

const webhook = (options: { url: string; timeoutMs?: number; secret?: string }) =>
  new Webhook({ ...all, name: 'pager', ...options, secretFile: fileWith(options.secret ?? `${secret}\n`) });
const slack = (options: { url: string; timeoutMs?: number }) =>
  new Slack({ ...all, name: 'chat', ...options, urlFile: fileWith(options.url) });
const bus = (options: { url: string } & Partial<CdEventsOptions>) =>
  new CdEvents({
    ...all,
    name: 'bus',
    secretFile: null,
    mode: 'binary',
    environment: 'production',
    ...options,
  });

describe('Webhook', () => {
  receiverContract(webhook);

  it('is what a verifier of Standard Webhooks takes, and no other key', async () => {
    await webhook({ url: server.url }).deliver(sampleNotification());
    const { body = '', headers = {} } = server.received[0] ?? {};
    const seen = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const payload = new StandardWebhook(secret).verify(body, seen);
    expect(payload).toMatchObject({
      type: 'change.rolled-back',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: { repository: 'shop', users: { harmed: 4 }, change: { id: 'chg_0123456789ab' } },
    });
    expect(() =>
      new StandardWebhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`).verify(body, seen),
    ).toThrow();
    expect(() => new StandardWebhook(secret).verify(body.replace('shop', 'shoq'), seen)).toThrow();
  });

  it.each([
    ['', /found nothing/],
    ['too short', /at least 24 bytes/],
    [`whsec_${Buffer.alloc(8).toString('base64')}`, /at least 24 bytes/],
    ['two\nlines', /several lines/],
    ['whsec_a passphrase of many more than 24 bytes', /base64 behind whsec_/],
  ])('sends nothing unsigned: %j', async (text, why) => {
    const receiver = webhook({ url: server.url, secret: text });
    expect(await receiver.deliver(sampleNotification())).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(why),
    });
    expect(await receiver.obstacle()).toMatch(why);
    expect(server.received).toEqual([]);
  });
});

describe('Slack', () => {
  receiverContract(slack);

  it('calls nobody, and links nowhere, by what a title says', async () => {
    covers('ASI09');
    await slack({ url: server.url }).deliver(
      sampleNotification({ text: 'Held "<!channel> & <https://evil.example|log in>"' }),
    );
    const { text } = JSON.parse(server.received[0]?.body ?? '') as { text: string };
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;https://evil.example|log in&gt;');
  });

  it('keeps its URL to itself', async () => {
    const receiver = slack({ url: 'http://hooks.slack.com/services/T0/B0/hush' });
    const delivery = await receiver.deliver(sampleNotification());
    expect(JSON.stringify([delivery, await receiver.obstacle()])).not.toContain('hush');
    expect(delivery).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('http to another machine'),
    });
  });
});

describe.each(['binary', 'structured'] as const)('CdEvents, %s', (mode) => {
  receiverContract((options) => bus({ ...options, mode }));

  it('is what the SDK of CloudEvents takes for one', async () => {
    await bus({ url: server.url, mode }).deliver(sampleNotification());
    const { body = '', headers = {} } = server.received[0] ?? {};
    const event = HTTP.toEvent<{ context: Record<string, string>; subject: object }>({ body, headers });
    if (!(event instanceof CloudEvent)) throw new Error('one event was sent');
    expect(event.validate()).toBe(true);
    expect(event).toMatchObject({
      specversion: '1.0',
      id: sampleNotification().id,
      type: 'dev.cdevents.service.rolledback.0.3.0',
      source: '/autoland/shop',
      subject: 'shop',
      time: '2026-01-01T00:00:00.000Z',
    });
    // The version that users have again.
    const artifactId = `pkg:generic/shop@sha256%3A${'a'.repeat(64)}`;
    expect(event.data?.subject).toMatchObject({ content: { environment: { id: 'production' }, artifactId } });
    expect(event.data?.context).toMatchObject({ specversion: '0.5.1', chainId: 'chg_0123456789ab' });
  });
});

describe('CdEvents', () => {
  it('says nothing of what CDEvents has no word for', () => {
    const wanted = (kind: (typeof notificationKinds)[number], more = {}) =>
      bus({ url: server.url }).wants(sampleNotification({ kind, ...more }));
    expect(wanted('change.held')).toBe(false);
    expect(wanted('change.refused')).toBe(false);
    expect(wanted('change.rolled-back')).toBe(true);
    // Nobody met it, so no service went back.
    expect(wanted('change.rolled-back', { users: null })).toBe(false);
    expect(wanted('change.promoted', { service: null })).toBe(false);
  });

  it('is tried by an event of its own', async () => {
    const tried = trial('trial_1', new Date(0));
    expect(await bus({ url: server.url }).deliver(tried)).toEqual({ kind: 'delivered' });
    expect(server.received[0]?.headers).toMatchObject({
      'ce-type': 'dev.cdeventsx.autoland-receiver.tried.0.1.0',
      'ce-id': 'trial_1',
    });
    expect(await slack({ url: server.url }).deliver(tried)).toEqual({ kind: 'delivered' });
  });

  it('names flags and not their keys', async () => {
    const flag = { name: 'shop-0123456789ab', share: 0.01 };
    await bus({ url: server.url }).deliver(sampleNotification({ kind: 'flag.opened', flag }));
    expect(server.received[0]?.headers).toMatchObject({
      'ce-type': 'dev.cdeventsx.autoland-flag.opened.0.1.0',
      'ce-subject': 'shop-0123456789ab',
    });
  });

  it('tells of a judge that lost its standing', async () => {
    const judge = { judge: 'j1', class: 'docs', why: 'it missed two' };
    const lost = sampleNotification({ kind: 'judge.standing-lost', judge, change: null, service: null });
    await bus({ url: server.url }).deliver(lost);
    expect(server.received[0]?.headers).toMatchObject({
      'ce-type': 'dev.cdeventsx.autoland-judge.standinglost.0.1.0',
      'ce-subject': 'j1',
    });
  });

  it('tells of a task that was given up', async () => {
    const task = { name: 'w-1', agent: 'w', from: 'bugs', about: null, why: 'it changed nothing' };
    const of = sampleNotification({ kind: 'task.given-up', task, change: null, service: null });
    await bus({ url: server.url }).deliver(of);
    expect(server.received[0]?.headers).toMatchObject({
      'ce-type': 'dev.cdeventsx.autoland-task.givenup.0.1.0',
      'ce-subject': 'w-1',
    });
  });

  it('tells of a class that lost its level, or has it again', async () => {
    const lost = { class: 'docs', demotedTo: 'propose' } as const;
    await bus({ url: server.url }).deliver(sampleNotification({ kind: 'autonomy.demoted', autonomy: lost }));
    expect(server.received[0]?.headers).toMatchObject({
      'ce-type': 'dev.cdeventsx.autoland-autonomy.demoted.0.1.0',
      'ce-subject': 'docs',
    });
    const again = {
      kind: 'autonomy.restored',
      autonomy: { ...lost, demotedTo: null },
      service: null,
    } as const;
    expect(bus({ url: server.url }).wants(sampleNotification(again))).toBe(true);
  });

  it('is signed where there is a secret', async () => {
    await bus({ url: server.url, secretFile: fileWith(secret) }).deliver(sampleNotification());
    expect(server.received[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  });
});
