import { z } from 'zod';
import { AutolandError } from '../../domain/errors.ts';
import type { Observation, Totals } from '../../domain/rollout.ts';
import type { Witness } from '../../ports/witness.ts';
import { routerSocket, stateLayout } from '../runtime/state-layout.ts';
import { callJson } from '../runtime/unix-http.ts';
import type { RouterStatus } from './admin.ts';

const perArm = z.object({ canary: z.number(), baseline: z.number() });
const later = z.array(perArm.extend({ after: z.number() }));
const buckets = z.array(
  z.object({ after: z.number(), canary: z.array(z.number()), baseline: z.array(z.number()) }),
);
const second = z.object({ at: z.string(), users: z.number(), failingUsers: z.number() });
const observation: z.ZodType<Observation> = z.object({
  epoch: z.string(),
  nonce: z.string(),
  at: z.string(),
  steps: z.array(
    z.object({
      step: z.number(),
      weight: z.number(),
      firstErrors: z.object({ 'server-error': perArm, 'client-error': perArm }),
      // A router that was started before an upgrade does not count them; nor does it measure how long users wait.
      laterErrors: z
        .object({ 'server-error': later, 'client-error': later })
        .default(() => ({ 'server-error': [], 'client-error': [] })),
      units: perArm,
      failingUnits: perArm,
      assigned: perArm,
      returned: perArm,
      latencies: buckets.default(() => []),
      metrics: z
        .array(z.object({ name: z.string(), coins: buckets }))
        .optional()
        .transform((list) => list ?? []),
    }),
  ),
  latencyBounds: z.array(z.number()).default(() => []),
  tolerated: z.number().exactOptional(),
  usualWaits: z.array(z.number()).exactOptional(),
  usersExposed: z.number(),
  usersErrored: z.number(),
  lastRequestAt: z.string().nullable(),
  websocketsCut: z.number(),
  seconds: z.array(second),
  before: z.object({ users: z.number(), failingUsers: z.number(), seconds: z.number() }).nullable(),
  gap: z.string().exactOptional(),
  requests: z
    .object({ calibration: z.object({ dispersion: z.number(), windows: z.number() }).nullable() })
    .exactOptional(),
});
const totals: z.ZodType<Totals> = z.object({
  at: z.string(),
  from: z.string(),
  users: z.array(z.number()),
  failingUsers: z.array(z.number()),
  unit: z.literal('request').exactOptional(),
});
const counts = z.object({ canary: z.number(), baseline: z.number() });
const errors = z.object({ 'server-error': z.number(), 'client-error': z.number() });
const status: z.ZodType<RouterStatus> = z.object({
  service: z.string(),
  closed: z.string().nullable(),
  active: z.number(),
  requests: counts,
  errors: z.object({ canary: errors, baseline: errors }),
  clientGone: z.number(),
  retries: z.number(),
  unrouted: z.number(),
  addedMs: z.object({ p50: z.number(), p99: z.number() }).nullable(),
});

/** The witness, as the control plane reaches it. Rejects with `runtime.unreachable` when the router does not answer. */
export class RouterClient implements Witness {
  readonly #socket: string;
  readonly #timeoutMs: number;

  constructor(stateDir: string, service: string, timeoutMs = 2000) {
    this.#socket = routerSocket(stateLayout(stateDir), service);
    this.#timeoutMs = timeoutMs;
  }

  async lease(input: Parameters<Witness['lease']>[0]): Promise<void> {
    await callJson({ socket: this.#socket, path: '/lease', body: input, timeoutMs: this.#timeoutMs });
  }

  async observe(nonce: string): Promise<Observation | undefined> {
    const found = await this.#get(`/observe?${new URLSearchParams({ nonce })}`, observation.nullable());
    return found ?? undefined;
  }

  async totals(): Promise<Totals> {
    return this.#get('/totals', totals);
  }

  async stats(): Promise<RouterStatus> {
    return this.#get('/stats', status);
  }

  async #get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await callJson({ socket: this.#socket, path, timeoutMs: this.#timeoutMs });
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new AutolandError(
      'runtime.unreachable',
      `the router answered what is not expected: ${parsed.error.message}`,
    );
  }
}
