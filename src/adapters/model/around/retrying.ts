import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelFault, ModelReply } from '../../../domain/model.ts';
import type { Model } from '../../../ports/model.ts';

export type RetryLimits = {
  /** Beyond the first question. */
  readonly retries: number;
  /** The pause before the second question; each further one is twice as long. */
  readonly backoffMs: number;
  /** All pauses of one question together. A server that wants more gets no further question. */
  readonly mostWaitMs: number;
};

/** What another attempt may mend. What was refused is refused again, and what is over a budget stays so. */
const passing: ReadonlySet<ModelFault> = new Set([
  'unreachable',
  'timeout',
  'rate-limited',
  'overloaded',
  'cut-off',
]);

/** Asks again, as often and as late as the limits and the server say; answers as the last attempt did. */
export function retrying(model: Model, limits: RetryLimits): Model {
  return {
    identity: model.identity,
    async ask(request, signal) {
      let waitedMs = 0;
      for (let made = 0; ; made += 1) {
        const reply = await model.ask(request, signal);
        const pause = made < limits.retries ? pauseAfter(reply, made, limits) : undefined;
        if (pause === undefined || waitedMs + pause > limits.mostWaitMs) return reply;
        waitedMs += pause;
        // Whoever asked has gone: the last reply stands.
        if (!(await waited(pause, signal))) return reply;
      }
    },
  };
}

/** undefined: it is not asked again. Spread, so that many who were refused at once do not come again at once. */
function pauseAfter(reply: ModelReply, made: number, { backoffMs }: RetryLimits): number | undefined {
  if (reply.kind === 'answer' || !passing.has(reply.fault)) return undefined;
  const own = backoffMs * 2 ** made * (0.75 + Math.random() / 2);
  return Math.max(own, reply.retryAfterMs ?? 0);
}

async function waited(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted === true) return false;
  return sleep(ms, true, signal === undefined ? {} : { signal }).catch(() => false);
}
