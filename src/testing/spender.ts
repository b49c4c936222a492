/** A process that asks a scripted model until its budget is spent: node spender.ts DIR LIMIT TOKENS. Prints how often it was answered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../adapters/clock/system.ts';
import { budgeted } from '../adapters/model/around/budgeted.ts';
import { Budgets } from '../adapters/model/around/budgets.ts';
import { LinedSpendingBook } from '../adapters/model/around/spending-book.ts';
import { SpendingFiles } from '../adapters/model/around/spending-files.ts';
import type { Model } from '../ports/model.ts';
import { question } from './model-bench.ts';

const [dir = '', limit = '', tokens = ''] = process.argv.slice(2);
const clock = new SystemClock();
const book = new LinedSpendingBook(new SpendingFiles(dir), Date.now);
const budgets = new Budgets(book, { perDay: { tokens: Number(limit) }, perChange: {} }, clock);
const slow: Model = {
  identity: { name: 'm', family: 'f', model: 'm', scripted: true },
  ask: async () => {
    await sleep(3);
    const usage = { inputTokens: Number(tokens), outputTokens: 0 };
    return { kind: 'answer', blocks: [], stop: 'end', usage, answeredBy: 'm' };
  },
};
const options = { budgets, change: undefined, prices: undefined, timeoutMs: 5_000, clock };
const model = budgeted(slow, options);
let answered = 0;
const ask = async () => {
  while ((await model.ask(question)).kind === 'answer') answered += 1;
};
// What waits for another process keeps none alive by itself.
const alive = setInterval(() => {}, 1_000);
await Promise.all([ask(), ask()]);
clearInterval(alive);
console.log(answered);
