import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelReply, ModelRequest } from '../../../domain/model.ts';
import { mostTokens } from '../../../domain/model-tokens.ts';
import type { Model } from '../../../ports/model.ts';
import { covers } from '../../../testing/covers.ts';
import { question } from '../../../testing/model-bench.ts';
import { SystemClock } from '../../clock/system.ts';
import { budgeted } from './budgeted.ts';
import { Budgets } from './budgets.ts';
import { LinedSpendingBook, SpendingInMemory, type SpendingPages } from './spending-book.ts';
import { SpendingFiles } from './spending-files.ts';

const identity = { name: 'reviewer', family: 'test', model: 'm', scripted: true };
const request: ModelRequest = {
  system: '',
  messages: [{ role: 'user', text: 'Is it right?' }],
  tools: [],
  maxOutputTokens: 100,
};
const most = mostTokens(request).input + request.maxOutputTokens;
const clock = new SystemClock();
const run = promisify(execFile);

function answer(tokens: number): ModelReply {
  const usage = { inputTokens: tokens, outputTokens: 0 };
  return { kind: 'answer', blocks: [], stop: 'end', usage, answeredBy: 'm' };
}

function budgetsOf(pages: SpendingPages, perDay: number, perChange: number): Budgets {
  const limits = { perDay: { tokens: perDay }, perChange: { tokens: perChange } };
  return new Budgets(new LinedSpendingBook(pages, Date.now), limits, clock);
}

const options = { prices: undefined, timeoutMs: 1_000, clock };

describe('budgets', () => {
  covers('LLM10');
  it('are exceeded by one answer at the most, whatever the order in which calls come and end', async () => {
    const call = fc.record({ change: fc.constantFrom('a', 'b'), tokens: fc.integer({ min: 0, max: most }) });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(call, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 * most }),
        fc.integer({ min: 1, max: 4 * most }),
        async (scheduler, calls, perDay, perChange) => {
          const budgets = budgetsOf(new SpendingInMemory(), perDay, perChange);
          const spent = { day: 0, a: 0, b: 0 };
          const largest = { day: 0, a: 0, b: 0 };
          const replies = calls.map(({ change, tokens }) => {
            const inner: Model = {
              identity,
              ask: () => scheduler.schedule(Promise.resolve(answer(tokens))),
            };
            return budgeted(inner, { ...options, budgets, change }).ask(request);
          });
          await scheduler.waitFor(Promise.all(replies));
          for (const [at, reply] of (await Promise.all(replies)).entries()) {
            if (reply.kind === 'fault') expect(reply.fault).toBe('over-budget');
            const { change = 'a', tokens = 0 } = calls[at] ?? {};
            for (const name of ['day', change] as const) {
              if (reply.kind === 'answer') spent[name as 'day'] += tokens;
              largest[name as 'day'] = Math.max(largest[name as 'day'], tokens);
            }
          }
          const limits = { day: perDay, a: perChange, b: perChange };
          for (const name of ['day', 'a', 'b'] as const)
            expect(spent[name]).toBeLessThan(limits[name] + Math.max(1, largest[name]));
          // Nobody is turned away while there is room: where a call was, an account is full.
          const isTurnedAway = (await Promise.all(replies)).some(({ kind }) => kind === 'fault');
          const isFull = (['day', 'a', 'b'] as const).some((name) => spent[name] >= limits[name]);
          expect(isTurnedAway && !isFull).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('turn a call away that knows no price where dollars are limited', async () => {
    const limits = { perDay: { microdollars: 5 }, perChange: {} };
    const budgets = new Budgets(new LinedSpendingBook(new SpendingInMemory(), Date.now), limits, clock);
    const model = budgeted({ identity, ask: async () => answer(1) }, { ...options, budgets, change: 'a' });
    expect(await model.ask(request)).toMatchObject({
      fault: 'over-budget',
      reason: expect.stringContaining('no price'),
    });
  });

  it('count what a fault may have cost, and not what it cannot', async () => {
    const budgets = budgetsOf(new SpendingInMemory(), most, 10 * most);
    const replies: ModelReply[] = [
      { kind: 'fault', fault: 'rate-limited', reason: 'busy' },
      { kind: 'fault', fault: 'cut-off', reason: 'cut' },
      answer(1),
    ];
    const inner: Model = { identity, ask: async () => replies.shift() ?? answer(1) };
    const model = budgeted(inner, { ...options, budgets, change: 'a' });
    const faults = [await model.ask(request), await model.ask(request), await model.ask(request)];
    expect(faults).toMatchObject([{ fault: 'rate-limited' }, { fault: 'cut-off' }, { fault: 'over-budget' }]);
  });

  it('let go of who gives up waiting', async () => {
    const budgets = budgetsOf(new SpendingInMemory(), most + 1, 10 * most);
    const held = Promise.withResolvers<ModelReply>();
    const slow = budgeted({ identity, ask: () => held.promise }, { ...options, budgets, change: 'a' });
    const first = slow.ask(request);
    expect(await slow.ask(request, AbortSignal.timeout(30))).toMatchObject({
      fault: 'timeout',
      reason: expect.stringContaining('not asked'),
    });
    held.resolve(answer(1));
    expect(await first).toMatchObject({ kind: 'answer' });
    const quick = budgeted({ identity, ask: async () => answer(1) }, { ...options, budgets, change: 'a' });
    expect(await quick.ask(request)).toMatchObject({ kind: 'answer' });
  });
});

describe('spending in files', () => {
  covers('LLM10');
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-spending-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const quick = (budgets: Budgets, tokens: number) =>
    budgeted({ identity, ask: async () => answer(tokens) }, { ...options, budgets, change: 'a' });

  it('is known to the next process, and to others at once', async () => {
    const one = budgetsOf(new SpendingFiles(dir), most + 10, 10 * most);
    const other = budgetsOf(new SpendingFiles(dir), most + 10, 10 * most);
    const held = Promise.withResolvers<ModelReply>();
    const slow = budgeted({ identity, ask: () => held.promise }, { ...options, budgets: one, change: 'a' });
    const first = slow.ask(request);
    const second = quick(other, 1).ask(request);
    held.resolve(answer(most + 10));
    expect(await first).toMatchObject({ kind: 'answer' });
    expect(await second).toMatchObject({ fault: 'over-budget' });
    const next = budgetsOf(new SpendingFiles(dir), most + 10, 10 * most);
    expect(await quick(next, 1).ask(request)).toMatchObject({ fault: 'over-budget' });
  });

  it('is exceeded by one answer at the most by processes that ask at once', async () => {
    const perAnswer = 40;
    const limit = 3 * mostTokens(question).input + 10 * perAnswer;
    const spender = join(import.meta.dirname, '../../../testing/spender.ts');
    const argv = [spender, dir, String(limit), String(perAnswer)];
    const said = await Promise.all(
      [1, 2, 3].map(async () => (await run(process.execPath, argv, { timeout: 300_000 })).stdout),
    );
    const answers = said.map(Number).reduce((sum, one) => sum + one, 0);
    expect(answers * perAnswer).toBeGreaterThanOrEqual(limit);
    expect(answers * perAnswer).toBeLessThan(limit + perAnswer);
  });

  it('counts a call of a process that was killed as all that it could take', async () => {
    const pages = new SpendingFiles(dir);
    const dead = { id: 'dead', accounts: [{ name: `day ${today()}`, budget: {} }] };
    const amount = { tokens: most, microdollars: undefined, ms: 1_000 };
    new LinedSpendingBook(pages, () => Date.now() - 600_000).enter(dead, amount);
    expect(await quick(budgetsOf(pages, most, 10 * most), 1).ask(request)).toMatchObject({
      fault: 'over-budget',
    });
  });

  it('survives a line that was cut off, and stops at one that is wrong', async () => {
    const budgets = budgetsOf(new SpendingFiles(dir), 10 * most, 10 * most);
    await quick(budgets, 7).ask(request);
    const file = join(dir, `day-${today()}.jsonl`);
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}{"id":"x","mo`);
    expect(await quick(budgets, 7).ask(request)).toMatchObject({ kind: 'answer' });
    expect(readFileSync(file, 'utf8').startsWith(good)).toBe(true);
    writeFileSync(file, `${good}{"id":"x"}\n`);
    expect(await quick(budgets, 7).ask(request)).toMatchObject({
      fault: 'over-budget',
      reason: expect.stringContaining('cannot be told'),
    });
  });
});

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
