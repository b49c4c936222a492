import { z } from 'zod';
import type { ClaimedExceptions, InstanceExceptions } from '../../../domain/crashes/exception.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { ExceptionSource } from '../../../ports/exceptions.ts';
import type { DeployedSpec, Instance, Route, Runtime, ServiceSpec } from '../../../ports/runtime.ts';
import type { SelfReportSource } from '../../../ports/self-reports.ts';
import type { InstanceTelemetry } from '../group.ts';
import { stateLayout } from '../state-layout.ts';
import { callJson } from '../unix-http.ts';

const instances: z.ZodType<Instance[]> = z.array(
  z.object({
    service: z.string(),
    digest: z.string(),
    pid: z.number().nullable(),
    startTime: z.string().nullable(),
    socket: z.string(),
  }),
);
const candidate = z.object({ digest: z.string(), flag: z.string(), nonce: z.string() });
const routes: z.ZodType<Route[]> = z.array(
  z.object({ service: z.string(), stable: z.string(), candidate: candidate.nullable() }),
);
const route = z.object({
  route: z.string(),
  requests: z.number(),
  failed: z.number(),
  statuses: z.record(z.string(), z.number()),
  traceId: z.string().nullable(),
});
const telemetry: z.ZodType<InstanceTelemetry[]> = z.array(
  z.object({
    service: z.string(),
    digest: z.string(),
    n: z.number(),
    restarts: z.number(),
    requests: z.number(),
    errors: z.number(),
    rejectedPoints: z.number(),
    p50Seconds: z.number().nullable(),
    p95Seconds: z.number().nullable(),
    routes: z.array(route),
    variants: z.array(route),
    lastSeen: z.string().nullable(),
    everySeconds: z.number().nullable(),
  }),
);

const frame = z.object({
  path: z.string(),
  line: z.number(),
  column: z.number(),
  functionName: z.string().exactOptional(),
});
const exception = z.object({
  errorType: z.string(),
  message: z.string(),
  frames: z.array(frame),
  count: z.number(),
});
const told = { service: z.string(), exceptions: z.array(exception), dropped: z.number() };
const exceptions: z.ZodType<InstanceExceptions[]> = z.array(z.object({ ...told, digest: z.string() }));
const claimed: z.ZodType<ClaimedExceptions[]> = z.array(z.object({ ...told, version: z.string() }));

export type RuntimeClientOptions = {
  readonly stateDir: string;
  /** For what answers at once. Starting and stopping may also take the service's own times. */
  readonly timeoutMs?: number;
  /** The longest stop, and the longest start of processes; ms. */
  readonly slowTimeoutMs?: number;
};

/** The supervisor, as the control plane reaches it. Rejects with `runtime.unreachable` when it does not answer in time. */
export class RuntimeClient implements Runtime, SelfReportSource, ExceptionSource {
  readonly #socket: string;
  readonly #timeoutMs: number;
  readonly #slowTimeoutMs: number;

  constructor(options: RuntimeClientOptions) {
    this.#socket = stateLayout(options.stateDir).supervisorSocket;
    this.#timeoutMs = options.timeoutMs ?? 5000;
    this.#slowTimeoutMs = options.slowTimeoutMs ?? 120_000;
  }

  async start(spec: ServiceSpec, digest: string): Promise<readonly Instance[]> {
    const timeoutMs = Math.max(this.#slowTimeoutMs, longestStartMs(spec));
    return checked(instances, await this.#call('/start', { spec, digest }, timeoutMs));
  }

  async stop(service: string, digest: string): Promise<void> {
    await this.#call('/stop', { service, digest }, this.#slowTimeoutMs);
  }

  async running(): Promise<readonly Instance[]> {
    return checked(instances, await this.#call('/running'));
  }

  async route(route: Route): Promise<void> {
    await this.#call('/route', route);
  }

  async routes(): Promise<readonly Route[]> {
    return checked(routes, await this.#call('/routes'));
  }

  /** Whether the runtime commands of a service may run, and answer. */
  async examine(spec: DeployedSpec): Promise<string> {
    return checked(z.string(), await this.#call('/examine', spec, longestStartMs(spec)));
  }

  async reports(service: string): Promise<readonly InstanceTelemetry[]> {
    return (await this.telemetry()).filter((one) => one.service === service);
  }

  async telemetry(): Promise<readonly InstanceTelemetry[]> {
    return checked(telemetry, await this.#call('/telemetry'));
  }

  async takeExceptions(): Promise<readonly InstanceExceptions[]> {
    return checked(exceptions, await this.#call('/exceptions', {}));
  }

  async takeClaimed(): Promise<readonly ClaimedExceptions[]> {
    return checked(claimed, await this.#call('/claimed', {}));
  }

  #call(path: string, body?: unknown, timeoutMs = this.#timeoutMs): Promise<unknown> {
    const call = { socket: this.#socket, path, timeoutMs };
    return callJson(body === undefined ? call : { ...call, body });
  }
}

/** Whoever gave up earlier would ask for the same again, behind it. A start asks three commands, and a fourth and a fifth in vain. */
function longestStartMs(spec: ServiceSpec): number {
  const warmUp = spec.warmUp?.timeoutSeconds ?? 0;
  return 'commands' in spec
    ? (5 * spec.commands.timeoutSeconds + spec.health.timeoutSeconds + warmUp) * 1000
    : 0;
}

function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AutolandError(
    'runtime.unreachable',
    `the supervisor answered what is not expected: ${parsed.error.message}`,
  );
}
