import { z } from 'zod';
import { AutolandError } from '../../domain/errors.ts';
import { routerSocket, stateLayout } from '../runtime/state-layout.ts';
import { callJson } from '../runtime/unix-http.ts';

/** What GET /stats answers. */
export type DoorkeeperStatus = {
  readonly service: string;
  /** Why nobody is exposed; null: users are. */
  readonly closed: string | null;
  /** What the front door said last; null: it is not known just now. */
  readonly has: { readonly stable: string; readonly weight: number } | null;
  /** Of the last `ramp`; null: it did. */
  readonly failure: string | null;
  /** Why nobody sees what users meet; null: the witness does. */
  readonly blind: string | null;
  /** That the witness has printed. */
  readonly lines: number;
  /** RFC 3339; null: nobody has come. */
  readonly lastRequestAt: string | null;
};

const status: z.ZodType<DoorkeeperStatus> = z.object({
  service: z.string(),
  closed: z.string().nullable(),
  has: z.object({ stable: z.string(), weight: z.number() }).nullable(),
  failure: z.string().nullable(),
  blind: z.string().nullable(),
  lines: z.number(),
  lastRequestAt: z.string().nullable(),
});

const TIMEOUT_MS = 2000;
/** Below what who sets a route waits for. */
const FOLLOW_MS = 3500;
const AGAIN_MS = 100;

/** The process that stands in the router's place, as the supervisor and people reach it. */
export class DoorkeeperClient {
  readonly #socket: string;

  constructor(stateDir: string, service: string) {
    this.#socket = routerSocket(stateLayout(stateDir), service);
  }

  /** Once the front door has the route that is on disk. Rejects with `runtime.unreachable`, and as `ramp` does. */
  async follow(): Promise<void> {
    const until = performance.now() + FOLLOW_MS;
    for (;;) {
      const timeoutMs = Math.max(1, Math.round(until - performance.now()));
      try {
        await callJson({ socket: this.#socket, path: '/follow', body: {}, timeoutMs });
        return;
      } catch (thrown) {
        // It may be about to start, as after a kill.
        const isThere = !(thrown instanceof AutolandError) || thrown.code !== 'runtime.unreachable';
        if (isThere || performance.now() + AGAIN_MS > until) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  /** Rejects with `runtime.unreachable`. */
  async status(): Promise<DoorkeeperStatus> {
    const answer = await callJson({ socket: this.#socket, path: '/stats', timeoutMs: TIMEOUT_MS });
    const parsed = status.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new AutolandError('runtime.unreachable', `no front door answers: ${parsed.error.message}`, {
      mend: 'start autoland up anew: it chooses between router and front door when it starts',
    });
  }
}
