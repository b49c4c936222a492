import fc from 'fast-check';
import { expect } from 'vitest';
import type { Claim, Schedule } from '../../domain/journal.ts';
import type { Journal, Outbox } from '../../ports/journal.ts';
import type { ManualClock } from './journal.ts';

type Real = { readonly stores: readonly [Journal & Outbox, Journal & Outbox]; readonly clock: ManualClock };

type Row = { due: number | null; fence: number; lease: { until: number } | undefined; seen: number };

/** What an outbox is, in the plainest terms. */
type Model = {
  time: number;
  size: number;
  readonly rows: Map<string, Row>;
  readonly claims: Claim[];
  readonly signals: { change: string; key: string; pending: boolean }[];
};

export const emptyModel = (): Model => ({ time: 0, size: 0, rows: new Map(), claims: [], signals: [] });

type Command = fc.AsyncCommand<Model, Real>;

/** Random lives of a few changes, seen by two openings of one journal. */
export function outboxCommands(maxCommands: number): fc.Arbitrary<Iterable<Command>> {
  const change = fc.constantFrom('chg_1', 'chg_2');
  const store = fc.nat(1);
  const pick = fc.nat();
  const after = fc.constantFrom<number | null>(null, -5, 0, 40, 200);
  return fc.commands(
    [
      fc.tuple(store, change, after).map((args) => scheduling(...args)),
      fc.nat(150).map(advancing),
      fc
        .tuple(store, fc.integer({ min: 1, max: 100 }), fc.option(change, { nil: undefined }))
        .map((args) => claiming(...args)),
      fc.tuple(store, pick, after).map((args) => finishing(...args)),
      fc.tuple(store, pick).map((args) => writing(...args)),
      fc.tuple(store, pick).map((args) => renewing(...args)),
      fc.tuple(store, pick).map((args) => releasing(...args)),
      store.map(takingOver),
      fc.tuple(store, change, fc.constantFrom('k1', 'k2', 'k3')).map((args) => signalling(...args)),
      fc.tuple(store, change, fc.constantFrom('k1', 'k2', 'k3')).map((args) => consuming(...args)),
    ],
    { maxCommands, size: 'max' },
  );
}

function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await agree(model, real);
    },
    toString: () => name,
  };
}

/** Dense indexes, and the pending signals of each change in the order they came. */
async function agree(model: Model, { stores }: Real): Promise<void> {
  expect((await stores[0].read()).map(({ index }) => index)).toEqual(
    Array.from({ length: model.size }, (_, at) => at),
  );
  for (const change of model.rows.keys()) {
    const expected = model.signals.filter((signal) => signal.pending && signal.change === change);
    expect((await stores[1].pending(change)).map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
  }
}

function scheduling(store: number, change: string, after: number | null): Command {
  return command(`schedule(${change}, ${after})`, async (model, { stores, clock }) => {
    await storeOf(stores, store).append({ events: [], schedule: { change, next: nextOf(clock, after) } });
    setDue(model, change, after);
  });
}

function advancing(ms: number): Command {
  return command(`advance(${ms})`, async (model, { clock }) => {
    clock.advance(ms);
    model.time += ms;
  });
}

function claiming(store: number, leaseMs: number, passed: string | undefined): Command {
  return command(`claim(${leaseMs}, ${passed})`, async (model, { stores }) => {
    const claim = await storeOf(stores, store).claim(
      `holder ${store}`,
      leaseMs,
      ...(passed === undefined ? [] : [new Set([passed])]),
    );
    const due = [...model.rows].filter(
      ([name, row]) => name !== passed && row.due !== null && row.due <= model.time && !isLive(model, row),
    );
    const [first] = due.sort(([a, x], [b, y]) => (x.due ?? 0) - (y.due ?? 0) || (a < b ? -1 : 1));
    expect(claim?.change).toBe(first?.[0]);
    if (claim === undefined || first === undefined) return;
    const [change, row] = first;
    expect(claim.fence).toBe(row.fence + 1);
    const seen = model.signals.filter((signal) => signal.change === change).length;
    model.rows.set(change, { ...row, fence: claim.fence, lease: { until: model.time + leaseMs }, seen });
    model.claims.push(claim);
  });
}

function finishing(store: number, pick: number, after: number | null): Command {
  return withClaim(`finish(${after})`, pick, async (claim, model, { stores, clock }) => {
    const event = { type: 'stage.done', change: claim.change, actor: 'pipeline', data: {} };
    const schedule = { change: claim.change, next: nextOf(clock, after) };
    const write = storeOf(stores, store).append({ events: [event], claim, schedule });
    const row = held(model, claim);
    if (row === undefined || !isLive(model, row)) {
      await expect(write).rejects.toMatchObject({ code: 'lease.lost' });
      return;
    }
    await write;
    model.size += 1;
    setDue(model, claim.change, after);
    model.rows.set(claim.change, { ...rowOf(model, claim.change), lease: undefined });
  });
}

function writing(store: number, pick: number): Command {
  return withClaim('write', pick, async (claim, model, { stores }) => {
    const event = { type: 'note.made', change: claim.change, actor: 'pipeline', data: {} };
    const write = storeOf(stores, store).append({ events: [event], claim });
    const row = held(model, claim);
    if (row === undefined || !isLive(model, row)) {
      await expect(write).rejects.toMatchObject({ code: 'lease.lost' });
      return;
    }
    await write;
    model.size += 1;
  });
}

function renewing(store: number, pick: number): Command {
  return withClaim('renew', pick, async (claim, model, { stores }) => {
    const renewal = storeOf(stores, store).renew(claim, 50);
    const row = held(model, claim);
    if (row === undefined) {
      await expect(renewal).rejects.toMatchObject({ code: 'lease.lost' });
      return;
    }
    await renewal;
    model.rows.set(claim.change, { ...row, lease: { until: model.time + 50 } });
  });
}

function releasing(store: number, pick: number): Command {
  return withClaim('release', pick, async (claim, model, { stores }) => {
    await storeOf(stores, store).release(claim);
    const row = held(model, claim);
    if (row) model.rows.set(claim.change, { ...row, lease: undefined });
  });
}

/** A row that is not held any more still bears its holder's mark until somebody else claims it. */
function takingOver(store: number): Command {
  return command('take over', async (model, { stores }) => {
    const held = [...model.rows].filter(([, row]) => row.lease !== undefined);
    expect(await storeOf(stores, store).takeOver()).toBe(held.length);
    for (const [change, row] of held)
      model.rows.set(change, { ...row, fence: row.fence + 1, lease: undefined });
  });
}

function signalling(store: number, change: string, key: string): Command {
  return command(`signal(${change}, ${key})`, async (model, { stores }) => {
    const signal = { change, name: 'kill', key, actor: 'person:alice', data: {} };
    const isNew = !model.signals.some((one) => one.change === change && one.key === key);
    expect(await storeOf(stores, store).signal(signal)).toBe(isNew);
    if (!isNew) return;
    model.size += 1;
    model.signals.push({ change, key, pending: true });
    const row = model.rows.get(change);
    if (row) model.rows.set(change, { ...row, due: Math.min(row.due ?? model.time, model.time) });
  });
}

function consuming(store: number, change: string, key: string): Command {
  return command(`consume(${change}, ${key})`, async (model, { stores }) => {
    const event = { type: 'signal.taken', change, actor: 'pipeline', data: { key } };
    const write = storeOf(stores, store).append({ events: [event], consumes: [{ change, key }] });
    const signal = model.signals.find((one) => one.change === change && one.key === key && one.pending);
    if (signal === undefined) {
      await expect(write).rejects.toThrow('not pending');
      return;
    }
    await write;
    signal.pending = false;
    model.size += 1;
  });
}

function withClaim(
  name: string,
  pick: number,
  run: (claim: Claim, model: Model, real: Real) => Promise<void>,
): Command {
  const inner = command(name, async (model, real) => {
    const claim = model.claims[pick % model.claims.length];
    if (claim) await run(claim, model, real);
  });
  return { ...inner, check: (model) => model.claims.length > 0 };
}

function storeOf(stores: Real['stores'], at: number): Journal & Outbox {
  return at === 0 ? stores[0] : stores[1];
}

function nextOf(clock: ManualClock, after: number | null): Schedule {
  if (after === null) return { kind: 'signal', until: null };
  return { kind: 'due', at: new Date(clock.now().getTime() + after) };
}

function rowOf(model: Model, change: string): Row {
  return model.rows.get(change) ?? { due: null, fence: 0, lease: undefined, seen: 0 };
}

/** A signal that came after the last claim makes the change due at once, whatever was asked for. */
function setDue(model: Model, change: string, after: number | null): void {
  const row = rowOf(model, change);
  const wanted = after === null ? null : model.time + after;
  const mine = model.signals.filter((signal) => signal.change === change);
  const unseen = mine.slice(row.seen).some(({ pending }) => pending);
  model.rows.set(change, { ...row, due: unseen ? Math.min(wanted ?? model.time, model.time) : wanted });
}

function held(model: Model, claim: Claim): Row | undefined {
  const row = rowOf(model, claim.change);
  return row.fence === claim.fence && row.lease !== undefined ? row : undefined;
}

function isLive(model: Model, row: Row): boolean {
  return row.lease !== undefined && row.lease.until > model.time;
}
