import { setTimeout as sleep } from 'node:timers/promises';
import { AutolandError } from '../../domain/errors.ts';

export type AttemptLimits = {
  /** For one answer, all attempts and the pauses between them included. */
  readonly totalMs: number;
  readonly retries: number;
  /** The pause before the second attempt; each further one is twice as long. */
  readonly backoffMs: number;
  /** An attempt ends when nothing comes for this long. */
  readonly stallMs: number;
};

/** What another attempt may well mend. */
export class Transient extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** One attempt: it MUST end with the signal, and calls `alive` whenever something comes. */
export type Attempt<T> = (signal: AbortSignal, alive: () => void) => Promise<T>;

/** Asks again after what may pass, until an answer, the last retry or the end of the time; rejects as the last attempt did. */
export async function persist<T>(attempt: Attempt<T>, limits: AttemptLimits): Promise<T> {
  const end = performance.now() + limits.totalMs;
  for (let made = 0; ; made += 1) {
    try {
      return await once(attempt, Math.min(limits.stallMs, end - performance.now()), end);
    } catch (thrown) {
      if (!mayPass(thrown) || made >= limits.retries) throw thrown;
      // Spread, so that many who were refused at once do not come again at once.
      const pause = limits.backoffMs * 2 ** made * (0.75 + Math.random() / 2);
      const wait = Math.max(pause, thrown instanceof Transient ? thrown.retryAfterMs : 0);
      if (performance.now() + wait >= end) throw thrown;
      await sleep(wait);
    }
  }
}

async function once<T>(attempt: Attempt<T>, stallMs: number, end: number): Promise<T> {
  const controller = new AbortController();
  const stalled = Promise.withResolvers<never>();
  const give = (ms: number) => {
    const up = () => {
      stalled.reject(new Transient(`nothing came for ${Math.round(ms)} ms`));
      controller.abort();
    };
    return setTimeout(up, Math.max(0, ms));
  };
  let timer = give(stallMs);
  let isOver = false;
  const alive = () => {
    if (isOver) return;
    clearTimeout(timer);
    timer = give(Math.min(stallMs, end - performance.now()));
  };
  try {
    // The client does not always end with its signal.
    return await Promise.race([attempt(controller.signal, alive), stalled.promise]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

/** What was understood and refused is so again; a certificate does not mend itself. */
function mayPass(thrown: unknown): boolean {
  if (thrown instanceof Transient) return true;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return !(thrown instanceof AutolandError) && !/CERT|TLS|INVALID_URL/.test(code);
}

const transientStatuses: ReadonlySet<number> = new Set([408, 420, 425, 429]);

export function isTransient(status: number): boolean {
  return status >= 500 || transientStatuses.has(status);
}

/** Of the header, in seconds or as a date; 0: it says nothing that is understood. */
export function retryAfterMs(header: string | null, now: Date): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
