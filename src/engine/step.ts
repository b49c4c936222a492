import { withdrawal } from '../domain/decision.ts';
import { AutolandError, type ErrorCode, messageOf } from '../domain/errors.ts';
import type { Claim, NewEvent, Schedule, Signal } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { StageContext, StageName, StageOutcome } from '../domain/stage.ts';
import { wellFormed } from '../domain/well-formed.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, Outbox } from '../ports/journal.ts';
import { type ChangeState, foldChange } from './state.ts';

/** What the engine needs of a stage: the pipeline binds each stage to its ports. */
export type BoundStage = {
  readonly name: StageName;
  /** Who acts in this stage's events. */
  readonly actor: string;
  run(context: StageContext): Promise<StageOutcome<unknown>>;
};

export type EnginePorts = {
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
};

const maxRounds = 5;
type Patience = { readonly most: number; readonly mostMs: number };
/** Some 8 s. */
const littlePatience: Patience = { most: 6, mostMs: 30_000 };
/** Some 10 minutes. */
const longPatience: Patience = { most: 26, mostMs: 30_000 };
/** Nothing is wrong with the change: what it needs is away, as while it starts again. */
const patience: { readonly [Code in ErrorCode]?: Patience } = {
  // Another process of ours. Some 10 minutes.
  'runtime.unreachable': { most: 300, mostMs: 2_000 },
  // The disk, the registry: other people's.
  'journal.full-disk': longPatience,
  'registry.unreachable': longPatience,
  'git.timeout': longPatience,
};

/**
 * Once merged, a change that is held stays on the branch and in the way of all that follow, until a person comes: what
 * may pass is waited out.
 */
function patienceWith(code: ErrorCode | 'bug', stage: StageName): Patience {
  const known = code === 'bug' ? undefined : patience[code];
  const isMerged = stage === 'merge' || stage === 'release' || stage === 'rollout';
  return known ?? (isMerged && code !== 'bug' ? longPatience : littlePatience);
}

/** Runs one call of the stage that `state` is in, and journals what it answered. */
export async function step(
  ports: EnginePorts,
  stage: BoundStage,
  state: ChangeState,
  claim: Claim,
): Promise<void> {
  const call = new StageCall(ports, stage, state, claim);
  const stopped = withdrawn(state);
  if (stopped !== undefined) return call.settle(stopped);
  try {
    await call.settle(await stage.run(call));
  } catch (thrown) {
    if (thrown instanceof AutolandError && thrown.code === 'lease.lost') throw thrown;
    await call.fail(thrown);
  }
}

/** Only the merge stage knows whether the branch holds the change already: it asks for itself. */
const beforeMerge: ReadonlySet<StageName | null> = new Set(['classify', 'guardrails', 'judge', 'policy']);

/** A new head replaces the old one before the merge, never after. */
function withdrawn(state: ChangeState): StageOutcome<never> | undefined {
  const conclusion = beforeMerge.has(state.stage) ? withdrawal(state.signals) : undefined;
  return conclusion && { kind: 'stop', conclusion };
}

class StageCall implements StageContext {
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

/** How long a claim lasts unless renewed, milliseconds. */
export const leaseMs = 5_000;

function tooManyRaces(reason: string): StageOutcome<never> {
  const reasons = [`lost the race for the branch ${maxRounds} times; the last time: ${reason}`];
  return { kind: 'stop', conclusion: { outcome: 'held', code: 'merge.raced', reasons } };
}
