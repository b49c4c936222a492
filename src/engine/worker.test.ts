import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../adapters/clock/system.ts';
import { openStore, type SqliteStore } from '../adapters/store/sqlite-store.ts';
import type { Proposal } from '../domain/change.ts';
import { type StageContext, type StageOutcome, stageNames } from '../domain/stage.ts';
import { MemoryAuditLog, sampleProposal } from '../testing/stage-bench.ts';
import { emptyLedger, foldLedger } from '../views/ledger.ts';
import type { BoundStage } from './bound-stage.ts';
import { submit } from './submit.ts';
import { Worker } from './worker.ts';

let dir: string;
let store: SqliteStore;
const clock = new SystemClock();
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-worker-'));
  store = await openStore({ file: join(dir, 'journal.db'), clock, mode: 'write' });
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

type Run = (ctx: StageContext, stage: string) => Promise<StageOutcome<unknown>>;

const stagesOf = (run: Run, names: readonly BoundStage['name'][] = stageNames): readonly BoundStage[] =>
  names.map((name) => ({ name, actor: 'test', run: (ctx) => run(ctx, name) }));

const onward: Run = async () => ({
  kind: 'done',
  data: { outcome: 'landed', code: 'landed.ok', reasons: [] },
});

function workerOf(stages: readonly BoundStage[], troubles: string[] = [], journal: SqliteStore = store) {
  const ports = { journal, outbox: journal, auditLog: new MemoryAuditLog(journal), clock };
  const onTrouble = (message: string) => troubles.push(message);
  return new Worker(ports, stages, { holder: 'test', concurrency: 3, reserved: 1, idleMs: 5, onTrouble });
}

async function hand(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const proposal: Proposal = {
      ...sampleProposal,
      head: String(n).padStart(40, '0'),
      ref: `refs/heads/${n}`,
    };
    ids.push((await submit({ journal: store, outbox: store, clock }, emptyLedger, proposal, 'a')).change);
  }
  return ids;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The median, which a pause of the machine does not move. */
function usualGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  return gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
}

const concluded = async () =>
  [...foldLedger(await store.read()).changes.values()].filter(({ conclusion }) => conclusion !== null);

describe('Worker', () => {
  it('brings every change to its end, each stage once, several changes at a time', async () => {
    const ids = await hand(5);
    const ran: string[] = [];
    const worker = workerOf(stagesOf(async (ctx, stage) => onward(ctx, `${ran.push(`${ctx.id} ${stage}`)}`)));
    const running = worker.run();
    await until(async () => (await concluded()).length === 5);
    worker.stop();
    await running;
    expect(ran).toHaveLength(ids.length * stageNames.length);
    for (const id of ids)
      expect(ran.filter((one) => one.startsWith(id)).map((one) => one.split(' ')[1])).toEqual([
        ...stageNames,
      ]);
  });

  it('ends calls under way when it is stopped, and begins no other', async () => {
    await hand(1);
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const worker = workerOf(
      stagesOf(async (ctx, stage) => {
        entered.resolve();
        await leave.promise;
        return onward(ctx, stage);
      }),
    );
    let ended = false;
    const running = worker.run().then(() => {
      ended = true;
    });
    await entered.promise;
    worker.stop();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(ended).toBe(false);
    leave.resolve();
    await running;
    expect((await store.read({ types: ['stage.finished'] })).map(({ data }) => data.stage)).toEqual([
      'classify',
    ]);
  });

  it('goes on with the others when one has a stage that nobody knows', async () => {
    await hand(2);
    const troubles: string[] = [];
    const worker = workerOf(stagesOf(onward, ['classify']), troubles);
    const running = worker.run();
    await until(async () => (await store.read({ types: ['stage.finished'] })).length === 2);
    await until(async () => troubles.length >= 2);
    worker.stop();
    await running;
    expect(troubles[0]).toContain('guardrails');
  });

  it('takes in what another process has journalled meanwhile', async () => {
    const [id = ''] = await hand(1);
    const seen: string[][] = [];
    const worker = workerOf(
      stagesOf(async (ctx, stage) => {
        seen.push(ctx.signals.map(({ name }) => name));
        if (ctx.signals.length === 0) return { kind: 'wait', signal: 'go' };
        for (const signal of ctx.signals) await ctx.consume(signal);
        return { kind: 'stop', conclusion: { outcome: 'held', code: `test.${stage}`, reasons: [] } };
      }),
    );
    const running = worker.run();
    await until(async () => seen.length > 0);
    await store.signal({ change: id, name: 'go', key: 'g', actor: 'person:a', data: {} });
    await until(async () => seen.length > 1);
    worker.stop();
    await running;
    expect(seen.slice(0, 2)).toEqual([[], ['go']]);
  });

  it.each([false, true])(
    'looks at a rollout on time however many changes are in slow tests, restarted: %s',
    async (restarted) => {
      const [watched = ''] = await hand(1);
      const leave = Promise.withResolvers<void>();
      const looks: number[] = [];
      const run: Run = async (ctx, stage) => {
        if (ctx.id !== watched && stage === 'guardrails') await leave.promise;
        if (ctx.id !== watched || stage !== 'rollout') return onward(ctx, stage);
        looks.push(performance.now());
        return { kind: 'again', at: new Date(clock.now().getTime() + 20) };
      };
      const [worker, later] = [workerOf(stagesOf(run)), workerOf(stagesOf(run))];
      let running = worker.run();
      await until(async () => looks.length > 10);
      const alone = usualGap(looks);
      if (restarted) {
        worker.stop();
        await running;
        await store.takeOver();
      }
      // All of them due before the rollout is.
      await hand(9);
      if (restarted) running = later.run();
      await new Promise((resolve) => setTimeout(resolve, 300));
      const [before, from] = [looks.length, performance.now()];
      // Not one more, were they to wait for the others, which end no sooner; the rest is for a busy machine.
      await until(async () => looks.length >= before + 10 || performance.now() > from + 60_000);
      for (const one of [worker, later]) one.stop();
      leave.resolve();
      await running;
      expect(looks.length).toBeGreaterThanOrEqual(before + 10);
      expect(usualGap(looks.slice(before))).toBeLessThan(10 * alone);
    },
  );

  it('leaves a change alone that somebody else has taken over, and tells nobody', async () => {
    await hand(1);
    const troubles: string[] = [];
    const other = await openStore({ file: join(dir, 'journal.db'), clock, mode: 'write' });
    let runs = 0;
    const worker = workerOf(
      stagesOf(async (ctx, stage) => {
        runs += 1;
        // What a machine that slept looks like: the lease has ended, and another holds the change.
        await other.renew({ change: ctx.id, fence: 1, holder: 'test' }, -1);
        expect(await other.claim('another', 60_000)).toMatchObject({ fence: 2 });
        return onward(ctx, stage);
      }),
      troubles,
    );
    const running = worker.run();
    await until(async () => runs === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    worker.stop();
    await running;
    other.close();
    expect({ runs, troubles }).toEqual({ runs: 1, troubles: [] });
    expect(await store.size()).toBe(1);
  });
});
