import { AutolandError, messageOf } from '../domain/errors.ts';
import type { Claim, NewEvent, Schedule, Signal } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { StageContext, StageOutcome } from '../domain/stage.ts';
import { wellFormed } from '../domain/well-formed.ts';
import { type BoundStage, type EnginePorts, leaseMs } from './bound-stage.ts';
import { patienceWith } from './patience.ts';
import { type ChangeState, foldChange } from './state.ts';

const maxRounds = 5;

/** What one call of a stage may do, each act of it journalled. */
export class StageCall implements StageContext {
  readonly now: Date;
  readonly #ports: EnginePorts;
  readonly #stage: BoundStage;
  readonly #claim: Claim;
  #state: ChangeState;

  constructor(ports: EnginePorts, stage: BoundStage, state: ChangeState, claim: Claim) {
    this.#ports = ports;
    this.#stage = stage;
    this.#state = state;
    this.#claim = claim;
    this.now = ports.clock.now();
  }

  get id() {
    return this.#state.id;
  }
  get proposal() {
    return this.#state.proposal;
  }
  get results() {
    return this.#state.results;
  }
  get legs() {
    return this.#state.legs;
  }
  get conclusion() {
    return this.#state.conclusion;
  }
  get round() {
    return this.#state.round;
  }
  get signals() {
    return this.#state.signals;
  }
  get stageSince() {
    return new Date(this.#state.stageSince);
  }

  recall(type: string): JsonObject | undefined {
    return this.#state.notes.get(type);
  }

  async note(type: string, data: JsonObject): Promise<void> {
    await this.#append([this.#event('stage.noted', { note: type, data })]);
  }

  async consume(signal: Signal): Promise<void> {
    const taken = this.#event('signal.taken', { name: signal.name, key: signal.key });
    await this.#append([taken], undefined, [{ change: signal.change, key: signal.key }]);
  }

  effect<Receipt extends Json>(
    name: string,
    intent: JsonObject,
    act: () => Promise<Receipt>,
  ): Promise<Receipt> {
    return this.#act(name, intent, act, async () => {
      await this.#ports.auditLog.publish();
    });
  }

  closing<Receipt extends Json>(
    name: string,
    intent: JsonObject,
    act: () => Promise<Receipt>,
  ): Promise<Receipt> {
    return this.#act(name, intent, act, async () => {});
  }

  async #act<Receipt extends Json>(
    name: string,
    intent: JsonObject,
    act: () => Promise<Receipt>,
    anchor: () => Promise<void>,
  ): Promise<Receipt> {
    // Each leg acts for itself, in stages of the same names.
    const leg = this.legs.length === 0 ? '' : `leg-${this.legs.length}/`;
    const key = `${this.id}/${this.round}/${this.#stage.name}/${leg}${name}`;
    const known = this.#state.effects.get(key);
    if (known?.receipt !== undefined) return known.receipt as Receipt;
    if (known === undefined)
      await this.#append([this.#event('effect.intended', { key, step: name, intent })]);
    await anchor();
    await this.#ports.outbox.renew(this.#claim, leaseMs);
    const receipt = await act();
    await this.#append([this.#event('effect.done', { key, step: name, receipt })]);
    return receipt;
  }

  /** Journals an outcome and when the change runs next. */
  async settle(outcome: StageOutcome<unknown>): Promise<void> {
    const stage = this.#stage.name;
    switch (outcome.kind) {
      case 'done':
        return this.#finish(outcome.data as Json);
      case 'again':
        return this.#append(this.#recovered(), { kind: 'due', at: outcome.at });
      case 'wait':
        return this.#append(this.#recovered(), { kind: 'signal', until: outcome.until ?? null });
      case 'raced':
        return this.round + 1 < maxRounds
          ? this.#append([this.#event('stage.raced', { reason: outcome.reason })], this.#soon())
          : this.settle(tooManyRaces(outcome.reason));
      case 'stop':
        if (stage === 'conclude') return this.#finish(outcome.conclusion);
        return this.#append([this.#event('stage.stopped', { conclusion: outcome.conclusion })], this.#soon());
    }
  }

  /** A thrown stage is tried again, then held: never passed over. */
  async fail(thrown: unknown): Promise<void> {
    const { failures } = this.#state;
    const code = thrown instanceof AutolandError ? thrown.code : 'bug';
    const failed = this.#event('stage.failed', {
      code,
      message: shortened(messageOf(thrown)),
      attempt: failures + 1,
    });
    const { most, mostMs } = patienceWith(code, this.#stage.name);
    if (failures + 1 < most || this.#stage.name === 'conclude') {
      const delay = Math.min(250 * 2 ** failures, mostMs);
      return this.#append([failed], { kind: 'due', at: new Date(this.#ports.clock.now().getTime() + delay) });
    }
    await this.#append([failed]);
    const reasons = [
      `stage ${this.#stage.name} failed ${failures + 1} times; the last time: ${shortened(messageOf(thrown))}`,
    ];
    return this.settle({
      kind: 'stop',
      conclusion: { outcome: 'held', code: `stage.failed-${code}`, reasons },
    });
  }

  #finish(data: Json): Promise<void> {
    if (this.#stage.name === 'conclude') {
      const concluded = this.#event('change.concluded', data as JsonObject);
      return this.#append([concluded], { kind: 'never' });
    }
    return this.#append([this.#event('stage.finished', { data })], this.#soon());
  }

  /** Failures count only while they follow each other. */
  #recovered(): readonly NewEvent[] {
    return this.#state.failures === 0 ? [] : [this.#event('stage.recovered', {})];
  }

  #soon(): Schedule {
    return { kind: 'due', at: this.#ports.clock.now() };
  }

  #event(type: string, data: JsonObject): NewEvent {
    const leg = this.legs.length === 0 ? {} : { leg: this.legs.length };
    const place = type === 'change.concluded' ? {} : { stage: this.#stage.name, round: this.round, ...leg };
    // What was cut in the middle of a character could never be journalled, and be tried for ever.
    return { type, change: this.id, actor: this.#stage.actor, data: wellFormed({ ...place, ...data }) };
  }

  async #append(
    events: readonly NewEvent[],
    next?: Schedule,
    consumes?: readonly { change: string; key: string }[],
  ): Promise<void> {
    const entries = await this.#ports.journal.append({
      events,
      claim: this.#claim,
      ...(next === undefined ? {} : { schedule: { change: this.id, next } }),
      ...(consumes === undefined ? {} : { consumes }),
    });
    this.#state = foldChange(entries, this.#state) ?? this.#state;
  }
}

/** An entry of the journal is bounded: a failure that does not fit in could never be journalled, and be tried for ever. */
function shortened(message: string): string {
  return message.length <= 4_000
    ? message
    : `${message.slice(0, 4_000)} … (cut, ${message.length} characters)`;
}

function tooManyRaces(reason: string): StageOutcome<never> {
  const reasons = [`lost the race for the branch ${maxRounds} times; the last time: ${reason}`];
  return { kind: 'stop', conclusion: { outcome: 'held', code: 'merge.raced', reasons } };
}
