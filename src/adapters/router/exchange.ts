import type { Agent, IncomingMessage } from 'node:http';
import type { Outcome } from '../../domain/rollout-tally.ts';
import type { Connections } from './connections.ts';
import type { RoundRobin } from './round-robin.ts';
import type { Choice, ServiceGate } from './service-gate.ts';
import type { Stats } from './stats.ts';

export type ProxyOptions = {
  readonly gate: Pick<ServiceGate, 'choose' | 'serves'>;
  readonly connections: Connections;
  readonly stats: Stats;
  readonly instances: RoundRobin;
  readonly agent: Agent;
  /** A connection of its own for each request: for websockets, and where a kept connection has just failed. */
  readonly freshAgent: Agent;
  readonly responseTimeoutMs: number;
  readonly bodyIdleMs: number;
  /** Bytes; undefined: no limit. */
  readonly maxBodyBytes: number | undefined;
  readonly trustForwarded: boolean;
};

/** The bookkeeping of one request: it is counted once, whatever happens first. */
export class Exchange {
  readonly choice: Choice;
  readonly startedAt = performance.now();
  readonly #stats: Stats;
  readonly #forget: () => void;
  #settled = false;
  #waitedMs: number | undefined;

  constructor(choice: Choice, options: ProxyOptions, kind: { websocket: boolean; cut: () => void }) {
    this.choice = choice;
    this.#stats = options.stats;
    this.#stats.request(choice.arm);
    this.#forget = options.connections.add({
      arm: choice.arm,
      variant: choice.variant,
      nonce: choice.nonce,
      websocket: kind.websocket,
      cut: () => {
        this.abandon();
        kind.cut();
      },
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The first byte of an answer has come. */
  begun(): void {
    this.#waitedMs ??= performance.now() - this.startedAt;
  }

  settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#stats.ended(this.choice.arm, outcome);
    this.begun();
    this.choice.answered(outcome, (this.#waitedMs ?? 0) / 1000);
  }

  /** Nothing that it might still say is counted. */
  abandon(): void {
    this.#settled = true;
    this.end();
  }

  /** The client's side is over. */
  end(): void {
    this.#forget();
  }
}

/** True where nothing of the request can be lost by sending it once more. RFC 9110 section 9.2.2. */
export function repeatable(request: IncomingMessage): boolean {
  const bodiless =
    request.headers['transfer-encoding'] === undefined && (request.headers['content-length'] ?? '0') === '0';
  return bodiless && (request.method === 'GET' || request.method === 'HEAD');
}
