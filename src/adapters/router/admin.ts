import type { Server } from 'node:http';
import { z } from 'zod';
import { AutolandError } from '../../domain/errors.ts';
import { metricKinds, metricName, mostMetrics } from '../../domain/metric.ts';
import type { Observation, Totals } from '../../domain/rollout.ts';
import { routerSocket, type StateLayout } from '../runtime/state-layout.ts';
import { type Handlers, serveJson } from '../runtime/unix-http.ts';
import type { LeaseInput } from './exposure.ts';
import type { RouterStats } from './stats.ts';

export type RouterStatus = RouterStats & { readonly service: string; readonly closed: string | null };

const leaseInput = z.strictObject({
  service: z.string(),
  flag: z.string(),
  nonce: z.string().min(1),
  version: z.int().min(1),
  step: z.int().min(0),
  weight: z.number(),
  leaseMs: z.number(),
  metrics: z
    .array(z.strictObject({ name: z.string().regex(metricName), kind: z.enum(metricKinds) }))
    .max(mostMetrics)
    .optional(),
  waits: z
    .strictObject({ tolerate: z.number().min(1).max(100), warmUpSeconds: z.number().min(0).max(86_400) })
    .optional(),
});

export type AdminOptions = {
  readonly layout: StateLayout;
  readonly service: string;
  readonly gate: {
    lease(input: LeaseInput): void | Promise<void>;
    observe(nonce: string): Observation | undefined;
    totals(): Totals;
  };
  /** What GET /stats answers. */
  readonly status: () => object;
  /** Reads the files anew: a lease must not be judged by what a late watch has not brought yet. */
  readonly follow: () => void;
  readonly more?: Handlers;
};

/** POST /lease · GET /observe?nonce= (null: unknown) · GET /totals · GET /stats */
export async function serveAdmin(options: AdminOptions): Promise<{ server: Server; path: string }> {
  const { gate, service, follow, status } = options;
  const path = routerSocket(options.layout, service);
  const server = await serveJson(path, {
    'POST /lease': async (body) => {
      const input = leaseInput.safeParse(body);
      if (!input.success) throw new AutolandError('usage', `not a lease: ${z.prettifyError(input.error)}`);
      if (input.data.service !== service) {
        throw new AutolandError(
          'runtime.refused',
          `this router serves ${service}, not ${input.data.service}`,
        );
      }
      follow();
      const { metrics, waits, ...lease } = input.data;
      await gate.lease({ ...lease, ...(metrics && { metrics }), ...(waits && { waits }) });
    },
    'GET /observe': async (_body, query) => gate.observe(query.get('nonce') ?? ''),
    'GET /totals': async () => gate.totals(),
    'GET /stats': async () => status(),
    ...options.more,
  });
  return { server, path };
}
