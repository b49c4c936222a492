import { AutolandError, messageOf } from '../domain/errors.ts';
import type { Claim } from '../domain/journal.ts';
import type { StageName } from '../domain/stage.ts';
import { type BoundStage, type EnginePorts, leaseMs } from './bound-stage.ts';
import { type ChangeState, foldChange } from './state.ts';
import { step } from './step.ts';

export type WorkerOptions = {
  readonly holder: string;
  /** Changes worked on at the same time. */
  readonly concurrency: number;
  /** So many besides, of what is in production: a look at an open canary waits for nobody's tests. */
  readonly reserved: number;
  /** How long an idle worker sleeps, milliseconds. */
  readonly idleMs: number;
  /** A bug or a broken disk: told, and tried again. */
  onTrouble(message: string): void;
};

/** A canary's exposure ends with its lease, so its looks must come on time, however many changes are being tested. */
const production: ReadonlySet<StageName> = new Set(['release', 'rollout', 'conclude']);

type Lane = 'any' | 'reserved';

/** Claims what is due and runs one stage call after the other, until stopped. */
export class Worker {
  readonly #ports: EnginePorts;
  readonly #stages: ReadonlyMap<StageName, BoundStage>;
  readonly #options: WorkerOptions;
  readonly #states = new Map<string, ChangeState>();
  /** Changes that are not in production, as far as this worker has seen: reserved lanes leave them to the others. */
  readonly #elsewhere = new Set<string>();
  #stopping = false;

  constructor(ports: EnginePorts, stages: readonly BoundStage[], options: WorkerOptions) {
    this.#ports = ports;
    this.#stages = new Map(stages.map((stage) => [stage.name, stage]));
    this.#options = options;
  }

  /** Resolves when stopped and every call under way has ended. */
  async run(): Promise<void> {
    const { concurrency, reserved } = this.#options;
    const any = Array.from({ length: concurrency }, () => this.#lane('any'));
    await Promise.all([...any, ...Array.from({ length: reserved }, () => this.#lane('reserved'))]);
  }

  stop(): void {
    this.#stopping = true;
  }

  async #lane(lane: Lane): Promise<void> {
    while (!this.#stopping) {
      const worked = await this.#once(lane).catch((thrown: unknown) => {
        this.#options.onTrouble(messageOf(thrown));
        return false;
      });
      if (!worked) await sleep(this.#options.idleMs);
    }
  }

  async #once(lane: Lane): Promise<boolean> {
    const passOver = lane === 'reserved' ? this.#elsewhere : undefined;
    const claim = await this.#ports.outbox.claim(this.#options.holder, leaseMs, passOver);
    if (claim === undefined) return false;
    const heartbeat = setInterval(() => {
      this.#ports.outbox.renew(claim, leaseMs).catch(() => clearInterval(heartbeat));
    }, leaseMs / 3);
    try {
      await this.#call(claim, lane);
    } catch (thrown) {
      this.#states.delete(claim.change);
      if (!(thrown instanceof AutolandError && thrown.code === 'lease.lost')) throw thrown;
    } finally {
      clearInterval(heartbeat);
    }
    return true;
  }

  async #call(claim: Claim, lane: Lane): Promise<void> {
    const state = await this.#load(claim.change);
    // A reserved lane may claim what nobody has seen yet, as after a restart.
    if (lane === 'reserved' && this.#elsewhere.has(claim.change)) return this.#ports.outbox.release(claim);
    if (state?.stage == null) {
      await this.#ports.journal.append({
        events: [],
        claim,
        schedule: { change: claim.change, next: { kind: 'never' } },
      });
      return;
    }
    const stage = this.#stages.get(state.stage);
    if (stage === undefined) throw new Error(`the pipeline has no stage ${state.stage}`);
    // Most changes end here, and nobody asks for them again.
    if (state.stage === 'conclude') this.#states.delete(claim.change);
    await step(this.#ports, stage, state, claim);
    // Where it is now decides who may claim it next.
    if (state.stage !== 'conclude') await this.#load(claim.change);
  }

  async #load(change: string): Promise<ChangeState | undefined> {
    const known = this.#states.get(change);
    const entries = await this.#ports.journal.read(
      known === undefined ? { change } : { change, from: known.upTo + 1 },
    );
    const state = foldChange(entries, known);
    if (state?.stage == null) this.#states.delete(change);
    else this.#states.set(change, state);
    if (state?.stage == null || production.has(state.stage)) this.#elsewhere.delete(change);
    else this.#elsewhere.add(change);
    return state;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
