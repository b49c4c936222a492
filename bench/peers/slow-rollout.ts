import { Seconds } from '../../src/domain/busy-seconds.ts';
import { defaultWaitTerms, type WaitTerms } from '../../src/domain/latency.ts';
import { RecentWaits } from '../../src/domain/recent-waits.ts';
import type { Observation, RolloutPlan } from '../../src/domain/rollout.ts';
import { RolloutTally, type Ticket } from '../../src/domain/rollout-tally.ts';
import { planOfStart } from '../../src/stages/7-rollout/analysis-input.ts';
import { analyze, type RolloutDecision } from '../../src/stages/7-rollout/analyze.ts';
import { waitTerms } from '../../src/stages/7-rollout/coins.ts';
import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { epoch, lookSeconds, secondsBefore, stamp, users } from '../demo-statistics/setting.ts';
import { type SlowWorld, twice } from './slow-stream.ts';
import { asFast, type Slowness, wait } from './waits.ts';

export type SlowRun = {
  readonly decision: RolloutDecision;
  readonly seconds: number;
  /** From the first request to the slow version; undefined: it is not slow. */
  readonly secondsOfFault: number | undefined;
  /** Users who waited longer for the version than they would have. */
  readonly harmed: number;
};

type Answer = {
  readonly at: number;
  readonly user: string;
  readonly ticket: Ticket | undefined;
  readonly seconds: number;
  readonly failed: boolean;
};

/** Answers are sorted by when they come in parts of a second so small. */
const ticksPerSecond = 100;
const epochSeconds = epoch / 1000;

/** One rollout as the router counts it: users wait for their answers, and a look is taken every half second. */
export class SlowRollout {
  readonly #random: () => number;
  readonly #crowd: Crowd;
  readonly #incidents: Incidents;
  readonly #world: SlowWorld;
  readonly #plan: RolloutPlan;
  readonly #fault: Slowness | undefined;
  readonly #waits: WaitTerms;
  readonly #tally: RolloutTally;
  readonly #seconds = new Seconds();
  readonly #answers = new Map<number, Answer[]>();
  readonly #harmed = new Set<number>();
  readonly #recent = new RecentWaits();
  #usualWaits: readonly number[] = [];
  #before: Observation['before'] = null;
  #tick = 0;
  #time = 0;
  #last: number | undefined;
  #slowSince: number | undefined;

  constructor(
    seed: number,
    fault: Slowness | undefined,
    { world, plan }: { world: SlowWorld; plan: RolloutPlan },
  ) {
    this.#random = randomFrom(seed + 1e6);
    this.#crowd = new Crowd(randomFrom(seed));
    this.#incidents = new Incidents(world.incidentsPerHour, this.#random);
    this.#world = world;
    this.#plan = planOfStart(plan, 1);
    this.#waits = waitTerms(plan) ?? defaultWaitTerms;
    this.#tally = new RolloutTally(users, [], this.#waits.tolerate);
    this.#fault = fault;
  }

  run(): SlowRun {
    this.#requestsUntil(secondsBefore);
    const begun = 1000 * (epochSeconds + secondsBefore);
    this.#before = this.#seconds.level(begun);
    this.#usualWaits = this.#recent.counts(begun);
    let [step, since] = [0, secondsBefore];
    this.#beginStep(step);
    for (let look = secondsBefore + lookSeconds; ; look += lookSeconds) {
      this.#requestsUntil(look);
      const decision = this.#look(look, step, since);
      if (decision.kind === 'raise') {
        [step, since] = [decision.step, look];
        this.#beginStep(step);
      } else if (decision.kind !== 'continue') return this.#end(look, decision);
    }
  }

  #beginStep(step: number): void {
    this.#tally.beginStep(step, this.#plan.steps[step]?.weight ?? 0);
  }

  #requestsUntil(end: number): void {
    for (; this.#time < end; this.#time += this.#crowd.gap()) {
      this.#answerUntil(this.#time);
      this.#ask(this.#crowd.pick());
    }
    this.#answerUntil(end);
  }

  #ask(user: number): void {
    const weight = this.#tally.current?.weight ?? 0;
    const isCanary = (this.#crowd.bucket[user] ?? 1) < weight;
    const slowness = isCanary ? (this.#fault ?? asFast) : asFast;
    const isIncident = this.#incidents.at(this.#time) > 0;
    const times = (isIncident ? twice.times : 1) * slowness.times;
    const { seconds, isTail } = wait(this.#random, this.#world.middle, { ...slowness, times });
    if (isCanary && this.#fault !== undefined) {
      this.#slowSince ??= this.#time;
      if (slowness.times > 1 || isTail) this.#harmed.add(user);
    }
    const ticket = this.#tally.evaluated(`${user}`, isCanary ? 'canary' : 'baseline');
    const at = this.#time + seconds;
    const tick = Math.ceil(at * ticksPerSecond);
    const answer = { at, user: `${user}`, ticket, seconds, failed: this.#crowd.failsAnyway(user) };
    const own = this.#answers.get(tick);
    if (own === undefined) this.#answers.set(tick, [answer]);
    else own.push(answer);
  }

  #answerUntil(time: number): void {
    for (const until = Math.floor(time * ticksPerSecond); this.#tick <= until; this.#tick += 1) {
      for (const answer of this.#answers.get(this.#tick) ?? []) this.#answer(answer);
      this.#answers.delete(this.#tick);
    }
  }

  #answer({ at, user, ticket, seconds, failed }: Answer): void {
    this.#seconds.answered(user, failed, 1000 * (epochSeconds + at));
    this.#recent.waited(seconds, 1000 * (epochSeconds + at));
    this.#last = at;
    if (ticket === undefined) return;
    const isWarm = at >= secondsBefore + this.#waits.warmUpSeconds;
    this.#tally.answered(ticket, failed ? 'server-error' : 'ok', isWarm ? seconds : undefined);
  }

  #look(time: number, step: number, since: number): RolloutDecision {
    const observation: Observation = {
      ...{ epoch: 'one', nonce: 'one', at: stamp(time), websocketsCut: 0 },
      ...this.#tally.counts(),
      usualWaits: this.#usualWaits,
      seconds: this.#seconds.recent(1000 * (epochSeconds + time)),
      before: this.#before,
      lastRequestAt: this.#last === undefined ? null : stamp(this.#last),
    };
    return analyze({
      plan: this.#plan,
      step,
      held: false,
      skipBake: false,
      stepSince: new Date(epoch + since * 1000),
      observation,
      epochAtStart: 'one',
      now: new Date(epoch + time * 1000),
      staleAfterSeconds: 5,
    });
  }

  #end(time: number, decision: RolloutDecision): SlowRun {
    const secondsOfFault = this.#slowSince === undefined ? undefined : time - this.#slowSince;
    return { decision, seconds: time - secondsBefore, secondsOfFault, harmed: this.#harmed.size };
  }
}
