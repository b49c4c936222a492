import type { StageContext, StageOutcome } from '../domain/stage.ts';
import type { ChangeState } from '../engine/state.ts';
import { type Position, readPosition } from '../stages/7-rollout/position.ts';
import { healthyCrowd } from './memory-witness.ts';
import { ServiceBench } from './service-bench.ts';

type Rollout = (
  ctx: StageContext,
  ports: ReturnType<ServiceBench['ports']>,
) => Promise<StageOutcome<unknown>>;

/** Of the steps in the rules of a `MemoryRules`. */
export const shares = [0.01, 0.1, 0.5];

/** Nearly half of the canary's users meet an error. */
export const unhealthyCrowd = { ...healthyCrowd, failing: { canary: 0.4, baseline: 0.01 } };

/** A rollout that is looked at again and again. */
export class RolloutBench {
  readonly service: ServiceBench;
  readonly #rollout: Rollout;

  static async open(rollout: Rollout): Promise<RolloutBench> {
    return new RolloutBench(await ServiceBench.released(), rollout);
  }

  constructor(service: ServiceBench, rollout: Rollout) {
    this.service = service;
    this.#rollout = rollout;
  }

  close(): void {
    this.service.close();
  }

  call(): Promise<ChangeState> {
    const { bench } = this.service;
    return bench.call({ actor: 'deployer', run: (ctx) => this.#rollout(ctx, this.service.ports()) });
  }

  /** Looks until `holds`, at most 200 of them. */
  async until(holds: (position: Position | undefined, state: ChangeState) => boolean): Promise<ChangeState> {
    for (let calls = 0; calls < 200; calls += 1) {
      const state = await this.call();
      if (holds(positionIn(state), state)) return state;
      if (state.stage !== 'rollout') throw new Error(`the rollout ended: ${state.conclusion?.code}`);
    }
    throw new Error('it did not come to that within 200 looks');
  }

  ended(): Promise<ChangeState> {
    return this.until((_, state) => state.stage !== 'rollout');
  }

  /** Users of that step's share are exposed. */
  atStep(step: number): Promise<ChangeState> {
    return this.until((position) => position?.step === step && this.weight() === shares[step]);
  }

  looks(count: number): Promise<ChangeState> {
    let left = count;
    return this.until(() => {
      left -= 1;
      return left === 0;
    });
  }

  /** The share of users in the last lease. */
  weight(): number | undefined {
    return this.service.witness.leases.at(-1)?.weight;
  }

  killed(): readonly string[] {
    return this.service.flags.kills.map(({ key }) => key);
  }
}

export function positionIn(state: ChangeState): Position | undefined {
  return readPosition(state.notes.get('rollout.position'));
}
