import { planForWeights } from '../../src/config/recorded-plan.ts';
import { hashed, type Random, seededRandom } from '../../src/demo/traffic/random.ts';
import { Seconds } from '../../src/domain/busy-seconds.ts';
import type { WatchPlan } from '../../src/domain/rollout.ts';
import { RolloutTally } from '../../src/domain/rollout-tally.ts';
import { begun, type Position, type Trial } from '../../src/stages/7-rollout/position.ts';
import { clearedBy, trialAt } from '../../src/stages/7-rollout/trial.ts';
import { judgeWatch } from '../../src/stages/7-rollout/watch.ts';
import { judgeTrial } from '../../src/stages/7-rollout/watch-trial.ts';
import { observation } from '../../src/testing/rollout-fixtures.ts';
import { Traffic } from '../false-rollbacks/traffic.ts';
import { chanceOf, type WatchWorld } from './worlds.ts';

const [promoted, watchSeconds, longest] = [120, 900, 1500];
const maxUsers = 1_000_000;
const none = { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
/** When harm begins, after the promotion. */
const onset = { first: 60, last: 600 };

export type Rule = 'by time' | 'trial of 1 min' | 'trial of 2 min';
const trialSeconds: Readonly<Record<Rule, number | undefined>> = {
  'by time': undefined,
  'trial of 1 min': 60,
  'trial of 2 min': 120,
};
export const rules = Object.keys(trialSeconds) as readonly Rule[];

export type Watched = {
  /** How it ended; null: the watch was over first. */
  readonly ended: 'alarm' | 'rollback' | 'take-back' | null;
  /** Since harm began. */
  readonly seconds: number;
  readonly trials: number;
  readonly harmed: number;
};

/** One watch under one rule. The same seed brings the same users at the same times, and the same dice for each request. */
export class WatchedVersion {
  readonly #world: WatchWorld;
  readonly #seed: number;
  readonly #traffic: Traffic;
  readonly #dice: Random;
  readonly #seconds = new Seconds();
  readonly #onset: number;
  readonly #harmed = new Set<number>();
  #position: Position;
  #tally = new RolloutTally(maxUsers);
  #trials = 0;

  constructor(world: WatchWorld, rule: Rule, seed: number) {
    this.#world = world;
    this.#seed = seed;
    this.#traffic = new Traffic(world.traffic, seed, longest);
    this.#dice = seededRandom(seed + 0.5);
    this.#onset = promoted + onset.first + this.#dice() * (onset.last - onset.first);
    const watch: WatchPlan = { seconds: watchSeconds, falseAlarmsPerMonth: 1, ...limit(rule) };
    const plan = { ...planForWeights([0.01, 0.05, 0.25, 0.5]), latency: { tolerate: 1.4 }, watch };
    const since = timeOf(promoted);
    const start = begun(undefined, { nonce: 'n', flag: 'shop.n', plan, earlier: none, now: since });
    this.#position = { ...start, watchedSince: since.toISOString() };
  }

  run(): Watched {
    for (let at = 0; at < longest; at += 1) {
      if (at === promoted) this.#position = { ...this.#position, before: this.#seconds.level(at * 1000) };
      this.#meet(at);
      const ended = at < promoted ? undefined : this.#look(at + 1);
      if (ended !== undefined) return this.#endedAt(at + 1, ended);
    }
    return this.#endedAt(longest, null);
  }

  #endedAt(at: number, ended: Watched['ended']): Watched {
    return { ended, seconds: at - this.#onset, trials: this.#trials, harmed: this.#harmed.size };
  }

  #meet(at: number): void {
    const { trial } = this.#position;
    const share = at < promoted ? 0 : trial == null ? 1 : 0.5;
    const isOn = coinOf(this.#seed, this.#trials);
    for (const { user, failed, seconds } of this.#traffic.second(at)) {
      const isNew = at >= promoted && (trial == null || isOn(user));
      const isHarmed = this.#dice() < chanceOf(this.#world, { at: at - this.#onset, isNew, share });
      if (isHarmed) this.#harmed.add(user);
      this.#seconds.answered(`${user}`, failed || isHarmed, at * 1000);
      if (trial == null) continue;
      const ticket = this.#tally.evaluated(`${user}`, isNew ? 'canary' : 'baseline');
      if (ticket !== undefined)
        this.#tally.answered(ticket, failed || isHarmed ? 'server-error' : 'ok', seconds);
    }
  }

  #look(at: number): Watched['ended'] | undefined {
    const { trial } = this.#position;
    return trial == null ? this.#lookAtAll(at) : this.#lookAt(trial, at);
  }

  #lookAtAll(at: number): Watched['ended'] | undefined {
    const { plan, before, watchedSince, cleared } = this.#position;
    if (plan.watch === undefined || watchedSince == null) throw new Error('it is watched');
    const now = timeOf(at);
    const decision = judgeWatch({
      plan: plan.watch,
      ceiling: plan.ceiling,
      before,
      totals: { at: now.toISOString(), ...this.#seconds.all(at * 1000) },
      since: new Date(Date.parse(watchedSince) + 1000 * (cleared?.seconds ?? 0)),
      from: new Date(cleared?.at ?? watchedSince),
      now,
    });
    if (decision.kind !== 'alarm') return decision.kind === 'over' ? null : undefined;
    const { alarm } = decision;
    const trial = trialAt(this.#position, { alarm, service: 'shop', nonce: `${at}`, earlier: none, now });
    if (trial === undefined) return 'alarm';
    this.#position = { ...this.#position, trial: { ...trial, epoch: 'one' } };
    this.#trials += 1;
    this.#tally = new RolloutTally(maxUsers);
    this.#tally.beginStep(0, 0.5);
    return undefined;
  }

  #lookAt(trial: Trial, at: number): Watched['ended'] | undefined {
    const now = timeOf(at);
    const seconds = this.#seconds.recent(at * 1000);
    const seen = observation(this.#tally.counts().steps, { seconds, at: now.toISOString() });
    const { kind, harmMet } = judgeTrial({ trial, observation: seen, now });
    if (kind === 'rollback' || kind === 'take-back') return kind;
    const after = { ...trial, harmMet };
    this.#position =
      kind === 'clear'
        ? { ...this.#position, trial: null, cleared: clearedBy(this.#position, after, now) }
        : { ...this.#position, trial: after };
    return undefined;
  }
}

function limit(rule: Rule): Pick<WatchPlan, 'trialSeconds'> {
  const seconds = trialSeconds[rule];
  return seconds === undefined ? {} : { trialSeconds: seconds };
}

/** Each trial assigns users afresh. */
function coinOf(seed: number, trial: number): (user: number) => boolean {
  return (user) => hashed(seed, trial, user) < 0.5;
}

function timeOf(at: number): Date {
  return new Date(at * 1000);
}
