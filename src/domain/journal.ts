import type { ChangeId } from './change.ts';
import type { JsonObject } from './json.ts';

/** Something that happened or is about to happen, before the journal gives it its place. */
export type NewEvent = {
  /** `noun.past-participle`, such as `change.proposed`. */
  readonly type: string;
  /** Absent for what concerns no single change, such as `control.stopped`. */
  readonly change?: ChangeId;
  /** The role or person that acts: `gate`, `deployer`, `person:alice`. */
  readonly actor: string;
  readonly data: JsonObject;
};

/** An event with its place. Its canonical JSON is the leaf of the audit tree. */
export type Entry = NewEvent & {
  /** Dense from 0: the leaf index. */
  readonly index: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
};

/** The right to run one stage call of one change, until the lease ends. */
export type Claim = {
  readonly change: ChangeId;
  /** Grows with each claim of this change; a write with an older fence is refused. */
  readonly fence: number;
  readonly holder: string;
};

/** When a change wants its next stage call. */
export type Schedule =
  | { readonly kind: 'due'; readonly at: Date }
  | { readonly kind: 'signal'; readonly until: Date | null }
  | { readonly kind: 'never' };

/** A message to a change from outside the pipeline: a person's command, a kill, a webhook. */
export type Signal = {
  readonly change: ChangeId;
  readonly name: string;
  /** Two signals with one key are one signal. */
  readonly key: string;
  readonly actor: string;
  readonly data: JsonObject;
};
