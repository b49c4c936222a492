import { planOfStart } from '../../src/stages/7-rollout/analysis-input.ts';
import { analyze, type RolloutDecision } from '../../src/stages/7-rollout/analyze.ts';
import { type Arm, Counter, type Tally } from './counter.ts';
import { Crowd, randomFrom } from './crowd.ts';
import { Incidents } from './incidents.ts';
import {
  answerSeconds,
  demoWorld,
  epoch,
  type Fault,
  goodRequestsFirst,
  lookSeconds,
  secondsBefore,
  type World,
} from './setting.ts';

export type Run = {
  readonly decision: RolloutDecision;
  readonly step: number;
  readonly seconds: number;
  /** From the first request that the fault could spoil; undefined: there was none. */
  readonly secondsOfFault: number | undefined;
  readonly exposed: number;
  readonly harmed: number;
};

type Answer = {
  at: number;
  user: number;
  arm: Arm;
  tally: Tally;
  failed: boolean;
};

/** Answers that have come are forgotten together. */
const compactFrom = 1000;

/** One rollout: requests, their answers, and a look every half second. */
export class Rollout {
  readonly #crowd: Crowd;
  readonly #fault: Fault | undefined;
  readonly #world: World;
  readonly #random: () => number;
  readonly #incidents: Incidents;
  readonly #counter: Counter;
  readonly #exposed = new Set<number>();
  readonly #harmed = new Set<number>();
  readonly #pending: Answer[] = [];
  /** So many of those have been answered. */
  #answered = 0;
  #time = 0;
  #good = 0;
  #faultSince: number | undefined;
  #step = 0;
  #stepSince = 0;

  constructor(seed: number, fault: Fault | undefined, world: World = demoWorld) {
    this.#random = randomFrom(seed + 1e6);
    this.#world = world;
    this.#crowd = new Crowd(randomFrom(seed), world.background);
    this.#incidents = new Incidents(world.incidentsPerHour, this.#random);
    this.#counter = new Counter(world.plan);
    this.#fault = fault;
  }

  run(): Run {
    this.#watchBefore();
    this.#counter.begin(0);
    for (let look = lookSeconds; ; look += lookSeconds) {
      this.#requestsUntil(look);
      const decision = this.#look(look);
      if (decision.kind === 'raise') {
        this.#step = decision.step;
        this.#stepSince = look;
        this.#counter.begin(decision.step);
      } else if (decision.kind !== 'continue') return this.#end(look, decision);
    }
  }

  #watchBefore(): void {
    for (let time = this.#crowd.gap(); time < secondsBefore; time += this.#crowd.gap()) {
      const user = this.#crowd.pick();
      this.#counter.countSecond(user, time, this.#crowd.failsAnyway(user));
    }
    this.#counter.beginRollout();
  }

  #requestsUntil(end: number): void {
    for (; this.#time < end; this.#time += this.#crowd.gap()) {
      this.#answerUntil(this.#time);
      const user = this.#crowd.pick();
      const tally = this.#counter.tallies[this.#step];
      if (tally === undefined) throw new Error('no tally');
      const arm = (this.#crowd.bucket[user] ?? 1) < tally.weight ? 'canary' : 'baseline';
      this.#counter.assign(user, arm, tally);
      const spoiled = this.#spoils(arm);
      const failed = this.#crowd.failsAnyway(user) || spoiled || this.#meetsIncident();
      if (arm === 'canary') this.#exposed.add(user);
      if (arm === 'canary' && spoiled) this.#harmed.add(user);
      this.#pending.push({ at: this.#time + answerSeconds, user, arm, tally, failed });
    }
    this.#answerUntil(end);
  }

  #meetsIncident(): boolean {
    const share = this.#incidents.at(this.#time);
    return share > 0 && this.#random() < share;
  }

  #spoils(arm: Arm): boolean {
    if (arm === 'canary') this.#good++;
    if (this.#fault === undefined || this.#good <= goodRequestsFirst) return false;
    if (arm !== this.#fault.arms && this.#fault.arms !== 'both') return false;
    this.#faultSince ??= this.#time;
    return this.#crowd.spoiled(this.#fault);
  }

  #answerUntil(time: number): void {
    for (; ; this.#answered++) {
      const next = this.#pending[this.#answered];
      if (next === undefined || next.at > time) break;
      this.#counter.answer(next.user, next.arm, next.tally, next.failed);
      this.#counter.countSecond(next.user, next.at, next.failed);
    }
    if (this.#answered < compactFrom) return;
    this.#pending.splice(0, this.#answered);
    this.#answered = 0;
  }

  #look(time: number): RolloutDecision {
    return analyze({
      plan: planOfStart(this.#world.plan, 1),
      step: this.#step,
      held: false,
      skipBake: false,
      stepSince: new Date(epoch + this.#stepSince * 1000),
      observation: this.#counter.observe(time),
      epochAtStart: 'one',
      now: new Date(epoch + time * 1000),
      staleAfterSeconds: 5,
    });
  }

  #end(time: number, decision: RolloutDecision): Run {
    return {
      decision,
      step: this.#step,
      seconds: time,
      secondsOfFault: this.#faultSince === undefined ? undefined : time - this.#faultSince,
      exposed: this.#exposed.size,
      harmed: this.#harmed.size,
    };
  }
}
