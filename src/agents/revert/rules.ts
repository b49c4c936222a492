import type { ChangeId, Sha } from '../../domain/change.ts';
import { counted } from '../../domain/words.ts';

/** What the journal knows of the merge that made the branch red. */
export type Culprit = {
  readonly change: ChangeId;
  readonly isRevert: boolean;
  readonly mergedAt: Date;
};

export type RevertRules = {
  /** Now. */
  readonly asOf: Date;
  /** An older merge is for a person: much may stand on it by now. */
  readonly maxAgeHours: number;
  /** Reverts that may be proposed within any 24 hours. */
  readonly maxPerDay: number;
  /** When earlier reverts were proposed, by anybody. */
  readonly proposed: readonly Date[];
  /** Merges that a proposal takes back which is under way or was turned away. */
  readonly taken: ReadonlyMap<Sha, ChangeId>;
};

/** Why nothing is proposed; `name`: a commit, or the branch. */
export type Skipped = { readonly name: string; readonly code: string; readonly reason: string };

type Asked = { readonly commit: Sha; readonly culprit: Culprit | undefined };
type Rule = (asked: Asked, rules: RevertRules) => Omit<Skipped, 'name'> | undefined;

const landedHere: Rule = ({ commit, culprit }) =>
  culprit === undefined
    ? skip(
        'not-ours',
        `The branch is red since ${commit}, which a person brought: it is for a person to mend.`,
      )
    : undefined;

/** Two that undo each other would go on for ever. */
const noRevert: Rule = ({ culprit }) =>
  culprit?.isRevert === true
    ? skip('of-revert', `The branch is red since ${culprit.change}, itself a revert: a person decides.`)
    : undefined;

const notTaken: Rule = ({ commit }, { taken }) => {
  const known = taken.get(commit);
  return known === undefined ? undefined : skip('known', `${known} takes it back, or was to.`);
};

const youngEnough: Rule = ({ culprit }, { asOf, maxAgeHours }) => {
  const hours = (asOf.getTime() - (culprit?.mergedAt.getTime() ?? 0)) / 3_600_000;
  if (hours <= maxAgeHours) return undefined;
  return skip(
    'too-old',
    `The branch is red since ${culprit?.change}, merged ${Math.floor(hours)} hours ago, more than ${maxAgeHours}.`,
  );
};

const withinQuota: Rule = (_, { asOf, maxPerDay, proposed }) => {
  const today = proposed.filter((at) => asOf.getTime() - at.getTime() < 86_400_000).length;
  if (today < maxPerDay) return undefined;
  return skip(
    'quota',
    `${counted(today, 'revert was', 'reverts were')} proposed within a day; ${maxPerDay} may be.`,
  );
};

const rules: readonly Rule[] = [landedHere, noRevert, notTaken, youngEnough, withinQuota];

/** Why the culprit is not taken back without a person; undefined: nothing speaks against it. */
export function declined(asked: Asked, settings: RevertRules): Skipped | undefined {
  for (const rule of rules) {
    const found = rule(asked, settings);
    if (found !== undefined) return { name: asked.commit, ...found };
  }
  return undefined;
}

export function skip(word: string, reason: string): Omit<Skipped, 'name'> {
  return { code: `revert.${word}`, reason };
}
