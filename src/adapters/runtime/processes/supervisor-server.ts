import type { Server } from 'node:http';
import { z } from 'zod';
import { AutolandError } from '../../../domain/errors.ts';
import type { ElsewhereReceiver } from '../../telemetry/otlp/elsewhere.ts';
import { deployedSpec, serviceSpec } from '../instances-file.ts';
import { stateLayout } from '../state-layout.ts';
import { serveJson } from '../unix-http.ts';
import type { Supervisor } from './supervisor.ts';

const startInput = z.strictObject({ spec: serviceSpec, digest: z.string() });
const stopInput = z.strictObject({ service: z.string(), digest: z.string() });
const routeInput = z.strictObject({
  service: z.string(),
  stable: z.string(),
  candidate: z.strictObject({ digest: z.string(), flag: z.string(), nonce: z.string().min(1) }).nullable(),
});

/** The supervisor at STATE/run/supervisor.sock. `elsewhere`: what services report that it does not run; absent: nothing. Rejects with `state.locked` beside another. */
export function serveSupervisor(
  supervisor: Supervisor,
  stateDir: string,
  elsewhere?: Pick<ElsewhereReceiver, 'take'>,
): Promise<Server> {
  return serveJson(stateLayout(stateDir).supervisorSocket, {
    'POST /start': async (body) => {
      const { spec, digest } = checked(startInput, body);
      return supervisor.start(spec, digest);
    },
    'POST /stop': async (body) => {
      const { service, digest } = checked(stopInput, body);
      return supervisor.stop(service, digest);
    },
    'POST /route': async (body) => supervisor.route(checked(routeInput, body)),
    'POST /examine': async (body) => supervisor.examine(checked(deployedSpec, body)),
    'GET /running': () => supervisor.running(),
    'GET /routes': () => supervisor.routes(),
    'POST /exceptions': async () => supervisor.takeExceptions(),
    'POST /claimed': async () => elsewhere?.take() ?? [],
    'GET /telemetry': async () => supervisor.telemetry(),
  });
}

function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AutolandError('usage', `not what the supervisor takes: ${z.prettifyError(parsed.error)}`);
}
