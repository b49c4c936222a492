import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryFiles } from '../../adapters/notify/delivery-file.ts';
import { Webhook } from '../../adapters/notify/webhook.ts';
import { canaryDrawn, canaryJudged } from '../../domain/canary.ts';
import { type NotificationKind, notificationKinds } from '../../domain/notification.ts';
import { rollout } from '../../stages/7-rollout/run.ts';
import { conclude } from '../../stages/8-conclude/run.ts';
import { HttpReceiver } from '../../testing/http-receiver.ts';
import { IncidentBench } from '../../testing/incident-bench.ts';
import { Teller } from './tell.ts';

type Told = {
  readonly type: NotificationKind;
  readonly data: { readonly id: string; readonly text: string };
};

let at: IncidentBench;
let dir: string;
let server: HttpReceiver;
beforeEach(async () => {
  at = await IncidentBench.open({ rollout, conclude });
  dir = mkdtempSync(join(tmpdir(), 'autoland-tell-'));
  writeFileSync(join(dir, 'secret'), 'x'.repeat(32));
  server = await HttpReceiver.open();
});
afterEach(async () => {
  await server.close();
  await at.close();
  rmSync(dir, { recursive: true, force: true });
});

const clock = () => at.service.bench.clock;
const files = () => new DeliveryFiles(join(dir, 'notify'));
const teller = () => new Teller({ journal: at.store, files: files(), clock: clock() });
const receiver = (name = 'pager', on: readonly NotificationKind[] = notificationKinds) =>
  new Webhook({
    name,
    url: server.url,
    secretFile: join(dir, 'secret'),
    private: false,
    on,
    repository: 'shop',
    timeoutMs: 2_000,
  });
const told = () => server.received.map(({ body }) => JSON.parse(body) as Told);
const kinds = () => told().map(({ type }) => type);

/** From before the first user to the end of the incident. */
async function wholeStory(): Promise<void> {
  await at.harm();
  await at.landRevert(await at.conclude());
}
const story = [
  'flag.opened',
  'incident.detected',
  'flag.closed',
  'autonomy.demoted',
  'change.rolled-back',
  'change.merged',
  'incident.resolved',
];

describe('what a receiver is told', () => {
  it('is what happens from when it is new, in the order in which it happens, each once', async () => {
    const one = teller();
    await one.tell(receiver());
    expect(kinds()).toEqual([]);
    await wholeStory();
    await one.tell(receiver());
    await one.tell(receiver());
    expect(kinds()).toEqual(story);
    expect(new Set(told().map(({ data }) => data.id)).size).toBe(story.length);
    expect(files().read('pager')).toMatchObject({ trouble: null, givenUp: 0 });
  });

  it('is no key of a flag, and no path of this machine', async () => {
    const one = teller();
    await one.tell(receiver());
    await wholeStory();
    await one.tell(receiver());
    const all = server.received.map(({ body }) => body).join('\n');
    expect(all).not.toMatch(/shop\.n1/);
    expect(all).not.toContain(tmpdir());
    expect(all).toContain('shop-');
  });

  it('is what it asked for', async () => {
    const one = teller();
    const wants = receiver('pager', ['incident.detected', 'incident.resolved']);
    await one.tell(wants);
    await wholeStory();
    await one.tell(wants);
    expect(kinds()).toEqual(['incident.detected', 'incident.resolved']);
    expect(told()[1]?.data).toMatchObject({ incident: { state: 'resolved', change: at.id } });
  });
});

describe('a judge that loses its standing', () => {
  const about = {
    judge: 'j1',
    panel: [],
    families: 2,
    prompts: 'sha256:x',
    class: 'docs',
    kind: 'seeded',
    defect: null,
  };
  const usage = { inputTokens: 1, outputTokens: 1, microdollars: null };
  const canary = (n: number, outcome: string) => [
    { type: canaryDrawn, actor: 'judge', data: { ...about, id: `c${n}`, host: `chg_${n}` } },
    { type: canaryJudged, actor: 'judge', data: { id: `c${n}`, judge: 'j1', outcome, usage } },
  ];

  it('is told of by the miss that took it, once, and by no other', async () => {
    const one = teller();
    await one.tell(receiver());
    const caught = Array.from({ length: 64 }, (_, n) => canary(n, 'caught')).flat();
    await at.store.append({ events: [...canary(100, 'abstained'), ...caught] });
    await one.tell(receiver());
    expect(kinds()).toEqual([]);
    await at.store.append({ events: [...canary(101, 'missed'), ...canary(102, 'missed')] });
    await one.tell(receiver());
    expect(told()).toMatchObject([
      {
        type: 'judge.standing-lost',
        data: {
          text: expect.stringMatching(
            /^The judge has lost its standing for docs.*it found 64 of 65 seeded defects/,
          ),
          judge: { judge: 'j1', class: 'docs' },
        },
      },
    ]);
  });
});

describe('a task that is given up', () => {
  const of = { task: 'writer-1', agent: 'writer', from: 'bugs', about: 'acme/shop#1' };
  const ended = (actor: string, change: string | null, why: string | null, round = 1) => ({
    ...{ type: 'task.ended', actor, data: { ...of, round, change, why } },
  });

  it('is told of, once, but to whoever sees its end by a command', async () => {
    const one = teller();
    await one.tell(receiver());
    await at.store.append({
      events: [
        { type: 'task.begun', actor: 'autoland', data: of },
        ended('autoland', 'chg_1', null),
        ended('person:alice', null, 'writer ended with 1'),
        ended('autoland', null, 'writer changed nothing'),
        ended('autoland', null, 'writer made the same again', 2),
        {
          type: 'task.given-up',
          actor: 'autoland',
          data: { ...of, change: 'chg_1', rounds: 3, why: 'refused 3 times' },
        },
      ],
    });
    await one.tell(receiver());
    const task = { name: 'writer-1', agent: 'writer', from: 'bugs', about: 'acme/shop#1' };
    expect(told()).toMatchObject([
      { type: 'task.given-up', data: { task: { ...task, why: 'writer changed nothing' } } },
      {
        type: 'task.given-up',
        data: {
          text: 'The task writer-1 of writer for acme/shop#1 is given up: refused 3 times',
          task: { ...task, why: 'refused 3 times' },
        },
      },
    ]);
  });
});

describe('an incident that somebody reported', () => {
  const opened = { incident: 'inc_1', reason: '500s', service: 'shop', check: 'curl https://secret' };
  const inquired = {
    ...{ incident: 'inc_1', code: 'revert.proposed', reason: 'It is so.', check: 'curl https://secret' },
    ...{ culprit: { commit: 'c', change: 'chg_2' }, proposed: 'chg_r' },
  };

  it('is told of, and what an inquiry came to, without the check', async () => {
    const one = teller();
    await one.tell(receiver());
    const event = (type: string, data: object) => ({ type, actor: 'person:a', data: { ...data } });
    await at.store.append({
      events: [event('incident.opened', opened), event('incident.inquired', inquired)],
    });
    await one.tell(receiver());
    expect(told()).toMatchObject([
      {
        type: 'incident.reported',
        data: { text: 'person:a reports inc_1 of shop: 500s', reported: { incident: 'inc_1', code: null } },
      },
      {
        type: 'incident.inquired',
        data: {
          text: 'inc_1 was looked into, it is chg_2. It is so. (revert.proposed)',
          reported: { code: 'revert.proposed', change: 'chg_2', revert: 'chg_r' },
        },
      },
    ]);
    expect(server.received.map(({ body }) => body).join()).not.toContain('secret');
  });
});

describe('a receiver that is away', () => {
  it.each(['hangs', 'cuts', 'drips', { status: 500 }] as const)(
    'and %j, is told all of it when it is back, in order',
    async (manner) => {
      const one = teller();
      await one.tell(receiver());
      await wholeStory();
      server.manner = manner;
      await one.tell(receiver());
      expect(files().read('pager')).toMatchObject({ attempts: 1, trouble: { why: expect.any(String) } });
      const tried = server.received.length;
      // Not again at once.
      await one.tell(receiver());
      expect(server.received.length).toBe(tried);
      server.manner = { status: 200 };
      server.received.length = 0;
      clock().advance(60_000);
      await one.tell(receiver());
      expect(kinds()).toEqual(story);
    },
  );

  it('holds up nobody else', async () => {
    const other = await HttpReceiver.open();
    try {
      const one = teller();
      const fast = new Webhook({
        name: 'other',
        url: other.url,
        secretFile: join(dir, 'secret'),
        private: false,
        on: notificationKinds,
        repository: 'shop',
      });
      await one.tell(receiver());
      await one.tell(fast);
      await wholeStory();
      server.manner = 'hangs';
      await Promise.all([one.tell(receiver()), one.tell(fast)]);
      expect(other.received).toHaveLength(story.length);
    } finally {
      await other.close();
    }
  });

  it('for more than a day, hears nothing of what is a day old', async () => {
    const one = teller();
    await one.tell(receiver());
    await wholeStory();
    server.manner = { status: 500 };
    clock().advance(25 * 60 * 60 * 1000);
    await one.tell(receiver());
    expect(server.received).toHaveLength(1);
    expect(files().read('pager')).toMatchObject({ givenUp: story.length });
  });

  it('is known as such to the next process, which waits as well', async () => {
    await teller().tell(receiver());
    await wholeStory();
    server.manner = { status: 500 };
    await teller().tell(receiver());
    await teller().tell(receiver());
    expect(server.received).toHaveLength(1);
  });
});

describe('a receiver that refuses one thing', () => {
  it('is told the rest', async () => {
    const one = teller();
    await one.tell(receiver());
    await wholeStory();
    server.manner = { status: 400 };
    for (let tries = 0; tries < 3; tries += 1) {
      await one.tell(receiver());
      clock().advance(10_000);
    }
    expect(files().read('pager')).toMatchObject({
      givenUp: 1,
      lastGivenUp: { why: expect.stringContaining('400') },
    });
    server.manner = { status: 200 };
    server.received.length = 0;
    clock().advance(10_000);
    await one.tell(receiver());
    expect(kinds().length).toBeGreaterThanOrEqual(story.length - 2);
    expect(kinds().at(-1)).toBe('incident.resolved');
  });
});

describe('a process that ends at any moment', () => {
  it('tells nothing never, and what it tells twice under the same id', async () => {
    await teller().tell(receiver());
    await wholeStory();
    // Taken, and the answer never comes: the next process cannot know.
    server.manner = 'hangs';
    await teller().tell(receiver());
    server.manner = { status: 200 };
    clock().advance(60_000);
    await teller().tell(receiver());
    const [first, again] = told();
    expect(first?.data.id).toBe(again?.data.id);
    expect(kinds().slice(1)).toEqual(story);
  });

  it('goes on where it was, when it was killed between one telling and the next', async () => {
    await teller().tell(receiver());
    await wholeStory();
    const ending = new AbortController();
    const one = receiver();
    const killed = {
      name: one.name,
      wants: one.wants.bind(one),
      obstacle: one.obstacle.bind(one),
      deliver: async (...given: Parameters<typeof one.deliver>) => {
        ending.abort();
        return one.deliver(...given);
      },
    };
    await teller().tell(killed, ending.signal);
    expect(kinds()).toEqual(['flag.opened']);
    await teller().tell(receiver());
    expect(kinds()).toEqual(story);
  });
});

describe('the note of how far it was told', () => {
  it('that is beyond a journal which was restored, begins at its end', async () => {
    files().write('pager', { ...(await noted()), next: 10_000 });
    await teller().tell(receiver());
    expect(files().read('pager')?.next).toBe(await at.store.size());
    expect(server.received).toEqual([]);
  });

  it.each(['', '{', '[]', '{"version":1,"state":{"next":-1}}', '{"version":2}'])(
    'that is broken (%j) is said, and nothing is told twice for it',
    async (content) => {
      await noted();
      writeFileSync(join(dir, 'notify', 'pager.json'), content);
      await wholeStory();
      await expect(teller().tell(receiver())).rejects.toMatchObject({ code: 'state.corrupt' });
      expect(server.received).toEqual([]);
    },
  );

  async function noted() {
    await teller().tell(receiver());
    const state = files().read('pager');
    if (state === undefined) throw new Error('a new receiver is noted');
    return state;
  }
});
