import type { Lowered } from './autonomy.ts';
import type { ChangeId, Sha } from './change.ts';
import type { Json } from './json.ts';

/** What a change did that was rolled back after users could meet it, and what became of it. */
export type Incident = {
  readonly change: ChangeId;
  readonly title: string;
  /** What moved; []: no package did. */
  readonly packages: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  readonly service: string;
  /** The version that did it. */
  readonly digest: string;
  /** The version that users have again. */
  readonly stable: string;
  readonly merge: Sha | null;
  /** `open`: users may still meet it. `contained`: none do. `resolved`: the branch is rid of it too, or a person decided. */
  readonly state: 'open' | 'contained' | 'resolved';
  readonly code: string;
  readonly reason: string;
  readonly users: Users;
  /** The largest share of users that it was exposed to. */
  readonly share: number;
  /** From the first exposure until no new request met it; null: some still do. */
  readonly exposedSeconds: number | null;
  /** From the decision until then; null: some still do. */
  readonly closedAfterMs: number | null;
  readonly timeline: readonly Moment[];
  /** Where each test stood when it was decided; []: a person decided. */
  readonly evidence: readonly Json[];
  /** The change that takes its merge off the branch; null: none was made (yet). */
  readonly revert: ChangeId | null;
  /** What it has cost its class; null: nothing (yet). */
  readonly demotion: Lowered | null;
};

export type Moment = {
  /** RFC 3339. */
  readonly at: string;
  /** Of the journal's entry that says so. */
  readonly index: number;
  readonly what: string;
};

export type Users = {
  readonly exposed: number;
  /** To whom the candidate answered with an error. */
  readonly errored: number;
  /** Of those, how many baseline lets expect. */
  readonly background: number;
  /** The others. */
  readonly harmed: number;
};

/** Of the shell's command that shows one, in characters. */
export const longestCheck = 2_000;
