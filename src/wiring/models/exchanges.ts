import { ExchangeRecorder } from '../../adapters/exchange-log/exchange-recorder.ts';
import { ChildRedactor } from '../../adapters/secret-scanner/child-redactor.ts';
import { exclusively } from '../../adapters/store/exclusively.ts';
import { Limiter } from '../../domain/limiter.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { SpanSink } from '../../ports/span-sink.ts';
import type { Repository } from '../place/repository.ts';
import { blobsOf } from './recordings.ts';

/** Where everything is recorded that models and tools say for this repository, within a budget; `spans`: and traced. */
export function exchangeRecorder(
  { place, store }: Pick<Repository, 'place' | 'store'>,
  mostBytes: () => Promise<number>,
  spans?: SpanSink,
): ExchangeRecorder {
  // In order within this process: the lock is not fair, and who waits for it tries again and again.
  const turn = new Limiter(1);
  return new ExchangeRecorder({
    journal: store,
    blobs: blobsOf(place),
    redactor: new ChildRedactor(),
    exclusively: (work) => turn.run(() => exclusively(place.files.recordingLock, work)),
    mostBytes,
    spans,
  });
}

/** Of all that is said about one change, or in one task, by the protected branch. */
export function recordingBudget(rules: RulesSource): () => Promise<number> {
  return async () => (await rules.load()).config.retention.recordings.maxMiB * 1024 * 1024;
}
