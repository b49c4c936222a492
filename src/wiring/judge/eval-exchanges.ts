import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelExchange } from '../../domain/model.ts';
import type { ExchangeLog } from '../../ports/model.ts';
import type { RulesSource } from '../../ports/rules.ts';
import { ExchangeFile } from '../models/exchange-file.ts';
import { exchangeRecorder, recordingBudget } from '../models/exchanges.ts';
import { hasJournal, type Place } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';

/** Where it is kept what was said to models, and by them. */
export type KeptExchanges =
  /** As all that is recorded: encrypted, erasable, named in the log. `tasks`: for `autoland show`. */
  | { readonly kind: 'recorded'; readonly tasks: readonly string[] }
  /** In plain text, for its owner alone: there is no journal that could name it, or no keys. */
  | { readonly kind: 'file'; readonly path: string };

export type EvalExchanges = {
  readonly log: ExchangeLog;
  kept(): KeptExchanges;
  close(): Promise<void>;
};

/** What one owner of blobs may take is bounded, and a change of the set has 128 KiB at most: so a recording holds so many exchanges. */
const mostOfOne = 200;

/** `started`: names the measurement. */
export async function openEvalExchanges(
  place: Place,
  rules: RulesSource,
  started: Date,
): Promise<EvalExchanges> {
  const stamp = started.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  // A key of blobs in a directory without the others would stand in the way of those.
  if (!hasJournal(place) || !existsSync(place.files.keys)) {
    const log = new ExchangeFile(join(place.state, 'judge-eval', `${stamp}.ndjson`));
    return { log, kept: () => ({ kind: 'file', path: log.path }), close: async () => {} };
  }
  const repository = await openRepository({ repo: place.repo, state: place.state }, 'update');
  const recorder = exchangeRecorder(repository, recordingBudget(rules));
  const tasks: string[] = [];
  let count = 0;
  const record = (exchange: ModelExchange) => {
    const task = `judge-eval-${stamp.toLowerCase()}-${1 + Math.floor(count++ / mostOfOne)}`;
    if (!tasks.includes(task)) tasks.push(task);
    return recorder.of({ role: 'judge', task }).record(exchange);
  };
  return {
    log: { record },
    kept: () => ({ kind: 'recorded', tasks: tasks.map((task) => `task_${task}`) }),
    close: () => repository[Symbol.asyncDispose](),
  };
}
