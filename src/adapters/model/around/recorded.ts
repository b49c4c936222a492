import { messageOf } from '../../../domain/errors.ts';
import type { ModelReply } from '../../../domain/model.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ExchangeLog, Model } from '../../../ports/model.ts';

/** Keeps each exchange before anybody acts on it. What cannot be kept was not said: its answer becomes a fault. */
export function recorded(model: Model, log: ExchangeLog, clock: Clock): Model {
  const { identity } = model;
  return {
    identity,
    async ask(request, signal) {
      const startedAt = clock.now();
      const begun = clock.monotonicMs();
      const reply = await model.ask(request, signal);
      const ms = clock.monotonicMs() - begun;
      try {
        await log.record({ identity, request, reply, startedAt, ms });
        return reply;
      } catch (thrown) {
        return unrecorded(reply, messageOf(thrown));
      }
    },
  };
}

function unrecorded({ usage }: ModelReply, why: string): ModelReply {
  const reason = `the exchange could not be kept: ${why}`;
  return { kind: 'fault', fault: 'unrecorded', reason, ...(usage !== undefined && { usage }) };
}
