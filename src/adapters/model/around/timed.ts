import type { ModelReply } from '../../../domain/model.ts';
import type { Model } from '../../../ports/model.ts';

/** Answers in time, also for a model that does not heed its signal. */
export function timed(model: Model, ms: number): Model {
  return {
    identity: model.identity,
    async ask(request, signal) {
      const limit = new AbortController();
      const both = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
      const late = Promise.withResolvers<ModelReply>();
      const timer = setTimeout(() => {
        limit.abort();
        late.resolve({ kind: 'fault', fault: 'timeout', reason: `no answer within ${ms} ms` });
      }, ms);
      try {
        return await Promise.race([model.ask(request, both), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
