import type { RequestRecord, RequestWindowRecord, WindowRecord } from '../../../domain/rollout-record.ts';
import type { Arm } from '../../../domain/rollout-tally.ts';
import { Silence } from './silence.ts';

/** What a record does not tell, as a sentence; the first of it stays. undefined: it is whole until then. */
export type Gap = string | undefined;

export type Coverage = {
  beginStep(weight: number, t: number): void;
  gapAt(t: number): Gap;
};

/** So many requests must have been due in a pause, by the minute before, before it is none of the traffic's own. */
const mostDue = 50;
const paceSeconds = 60;

/** Of requests one by one: whether they go on, and come from both arms. */
export class RequestCoverage implements Coverage {
  readonly #staleAfterSeconds: number;
  readonly #silence = new Silence();
  /** Users of the arm that alone is heard. */
  readonly #heard = { arm: 'baseline' as Arm, users: new Set<string>() };
  /** By whole second, of the last minute. */
  readonly #pace: { readonly second: number; requests: number }[] = [];
  #last: number | undefined;
  #hasBegun = false;
  #gap: Gap;

  constructor(staleAfterSeconds: number) {
    this.#staleAfterSeconds = staleAfterSeconds;
  }

  beginStep(weight: number): void {
    this.#hasBegun = true;
    this.#silence.beginStep(weight);
    this.#heard.users.clear();
  }

  /** All requests of one time: which of them came first, nobody knows. */
  add(records: readonly RequestRecord[]): void {
    const [first] = records;
    if (first === undefined) return;
    const { t } = first;
    this.#gap ??= this.#pauseUntil(t);
    if (this.#gap === undefined && this.#hasBegun) this.#gap = this.#silenceOf(first, records);
    this.#last = t;
    const second = Math.floor(t);
    const newest = this.#pace.at(-1);
    if (newest?.second === second) newest.requests += records.length;
    else this.#pace.push({ second, requests: records.length });
    while ((this.#pace[0]?.second ?? second) <= second - paceSeconds) this.#pace.shift();
  }

  gapAt(t: number): Gap {
    this.#gap ??= this.#pauseUntil(t);
    return this.#gap;
  }

  #pauseUntil(t: number): Gap {
    const last = this.#last;
    if (last === undefined || t - last <= this.#staleAfterSeconds) return undefined;
    const perSecond = this.#pace.reduce((sum, { requests }) => sum + requests, 0) / paceSeconds;
    if (perSecond * (t - last) < mostDue) return undefined;
    return `no request was recorded from ${told(last)} to ${told(t)} s, where ${told(perSecond)} a second came before`;
  }

  #silenceOf({ arm, t }: RequestRecord, records: readonly RequestRecord[]): Gap {
    const { users } = this.#heard;
    const isOfBoth = records.some((record) => record.arm !== arm);
    if (isOfBoth || this.#heard.arm !== arm) users.clear();
    if (isOfBoth) {
      this.#silence.heardBoth();
      return undefined;
    }
    this.#heard.arm = arm;
    const before = users.size;
    for (const { user } of records) users.add(user);
    this.#silence.heard(arm, users.size - before, t);
    const silent = this.#silence.of;
    return silent && sentenceOf(silent, 'users', t);
  }
}

type AnyWindow = WindowRecord | RequestWindowRecord;
type Current = {
  readonly t: number;
  readonly seconds: number | undefined;
  readonly units: Map<Arm, number>;
  /** NaN: nobody knows. */
  begins: number;
};

/** Of what may be rounded in times: of the window's own length where that is told, and where it is not. */
const slack = { told: 0.05, guessed: 0.5 };

/** Of windows: whether one follows on the other, and each tells of both arms once a step has begun. */
export class WindowCoverage implements Coverage {
  readonly #noun: string;
  readonly #silence = new Silence();
  #begun: { readonly t: number; readonly isAssumed: boolean } | undefined;
  #current: Current | undefined;
  #isOpen = false;
  /** The shortest pause between two windows: so long are those that do not tell. */
  #shortest: number | undefined;
  #longest = 0;
  #gap: Gap;

  constructor(noun: string, shortest: number | undefined) {
    this.#noun = noun;
    this.#shortest = shortest;
  }

  beginStep(weight: number, t: number, isAssumed = false): void {
    this.#close();
    this.#begun = { t, isAssumed };
    this.#silence.beginStep(weight);
  }

  /** Throws RangeError for a window that is told twice, or lies over another one. */
  add(record: AnyWindow): void {
    const { t, arm, seconds } = record;
    if (t === this.#begun?.t && !this.#begun.isAssumed)
      throw new RangeError(
        'its window ends where a step begins, so it stands before the line with the weight',
      );
    const current =
      this.#current?.t === t
        ? this.#current
        : this.#open({ t, seconds, units: new Map(), begins: Number.NaN });
    if (current.units.has(arm)) throw new RangeError(`the window that ends at ${t} has the ${arm} twice`);
    if (current.seconds !== seconds)
      throw new RangeError(`the window that ends at ${t} is as long for one arm as it is not for the other`);
    current.units.set(arm, record.kind === 'window' ? record.users : record.requests);
    this.#isOpen = true;
  }

  gapAt(): Gap {
    this.#close();
    return this.#gap;
  }

  #open(next: Current): Current {
    this.#close();
    const [before, { seconds }] = [this.#current?.t, next];
    const begins = this.#beginOf(next, before);
    if (seconds !== undefined && before !== undefined && begins < before - slack.told * seconds)
      throw new RangeError(`its window begins at ${told(begins)}, before the one before it has ended`);
    this.#gap ??= this.#gapBefore(next, begins, before);
    next.begins = begins;
    this.#current = next;
    return next;
  }

  /** NaN: nobody knows. */
  #beginOf({ t, seconds }: Current, before: number | undefined): number {
    if (before !== undefined && seconds === undefined) {
      this.#shortest = Math.min(this.#shortest ?? Number.POSITIVE_INFINITY, t - before);
      this.#longest = Math.max(this.#longest, t - before);
    }
    return t - (seconds ?? this.#shortest ?? Number.NaN);
  }

  #gapBefore({ t, seconds }: Current, begins: number, before: number | undefined): Gap {
    const begun = this.#begun;
    const end = before ?? (begun?.isAssumed === true ? undefined : begun?.t);
    if (end === undefined) return undefined;
    if (Number.isNaN(begins))
      return `nobody told how many seconds the window lasts that ends at ${told(t)} s`;
    const tolerated = (seconds === undefined ? slack.guessed : slack.told) * (t - begins);
    if (begins > end + tolerated) return `nothing was recorded from ${told(end)} to ${told(begins)} s`;
    if (begun !== undefined && begun.t > begins + tolerated && begun.t < t - tolerated && !begun.isAssumed)
      return `the window that ends at ${told(t)} s lies over the beginning of a step`;
    if (seconds === undefined && this.#longest > (1 + slack.guessed) * (this.#shortest ?? 0))
      return `windows are ${told(this.#shortest ?? 0)} to ${told(this.#longest)} s apart, and do not tell how many seconds they last`;
    return undefined;
  }

  #close(): void {
    const current = this.#current;
    if (current === undefined || !this.#isOpen) return;
    this.#isOpen = false;
    if (this.#begun === undefined) return;
    const { t, units } = current;
    const since = Number.isNaN(current.begins) ? t : current.begins;
    const [canary, baseline] = [units.get('canary'), units.get('baseline')];
    if (canary === undefined || baseline === undefined) {
      const arm = canary === undefined ? 'canary' : 'baseline';
      this.#gap ??= `nothing was recorded of the ${arm} in the window that ends at ${told(t)} s`;
      return;
    }
    if (canary > 0 && baseline > 0) this.#silence.heardBoth();
    else if (canary > 0) this.#silence.heard('canary', canary, since);
    else if (baseline > 0) this.#silence.heard('baseline', baseline, since);
    const silent = this.#silence.of;
    this.#gap ??= silent && sentenceOf(silent, this.#noun, t);
  }
}

function sentenceOf(
  { arm, since, units }: { readonly arm: Arm; readonly since: number; readonly units: number },
  noun: string,
  t: number,
): string {
  const other = arm === 'canary' ? 'baseline' : 'canary';
  return `the ${arm} was not heard of from ${told(since)} to ${told(t)} s, where ${units} ${noun} of the ${other} were`;
}

function told(number: number): string {
  return `${Number(number.toFixed(2))}`;
}
