import { FlagdCore } from '@openfeature/flagd-core';
import { serviceOfFlag } from '../../domain/rollout.ts';
import { closedFlag, type FlagSnapshot, type ServedFlag } from './snapshot.ts';

export type Evaluation = {
  readonly value: boolean;
  readonly variant: string;
  readonly reason: string;
  readonly version: number;
};

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** flagd's own evaluation of what is served, as the router's coin is: the same user gets the same arm. */
export class Evaluator {
  #core = new FlagdCore(undefined, silent);
  #of: FlagSnapshot['flags'] | undefined;

  /** undefined: there is no such flag. */
  evaluate(snapshot: FlagSnapshot, key: string, targetingKey: string): Evaluation | undefined {
    const flag = flagNamed(snapshot, key);
    if (flag === undefined) return undefined;
    const { version } = flag;
    const off = { value: false, variant: 'off', version };
    if (!flag.open) return { ...off, reason: 'STATIC' };
    this.#follow(snapshot);
    // Our flags look at nothing else, so nothing else of what a client sends is evaluated.
    const { value, variant, reason } = this.#core.resolveBooleanEvaluation(key, false, { targetingKey });
    if (variant === undefined || reason === 'ERROR') return { ...off, reason: 'DEFAULT' };
    return { value, variant, reason: reason ?? 'UNKNOWN', version };
  }

  #follow({ flags }: FlagSnapshot): void {
    if (flags === this.#of) return;
    const definitions = [...flags.values()].map(({ key, definition }) => [key, definition] as const);
    this.#core.setConfigurations(JSON.stringify({ flags: Object.fromEntries(definitions) }));
    this.#of = flags;
  }
}

/** A tombstone is known for good, also when its flag is retired: it is off then, not unknown. */
export function flagNamed(snapshot: FlagSnapshot, key: string): ServedFlag | undefined {
  const retired = { key, service: serviceOfFlag(key), version: 0 };
  return snapshot.flags.get(key) ?? (snapshot.killed(key) ? closedFlag(retired) : undefined);
}
