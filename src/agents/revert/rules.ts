import type { ChangeId, Sha } from '../../domain/change.ts';
import { counted } from '../../domain/words.ts';

/** What is known of the merge that made the branch red. */
export type Culprit = {
  /** undefined: a person brought it. Then all of this is what the commit itself says. */
  readonly change: ChangeId | undefined;
  readonly title: string;
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
  /** Whether commits of people may be taken back. */
  readonly people: boolean;
  /** When earlier reverts were proposed, by anybody. */
  readonly proposed: readonly Date[];
  /** Merges that a proposal takes back which is under way or was turned away. */
  readonly taken: ReadonlyMap<Sha, ChangeId>;
};

/** Why nothing is proposed; `name`: a commit, or the branch. */
export type Skipped = { readonly name: string; readonly code: string; readonly reason: string };

type Asked = {
  readonly commit: Sha;
  readonly culprit: Culprit;
  /** What is wrong since that commit, as a sentence begins. */
  readonly failing: string;
};
type Rule = (asked: Asked, rules: RevertRules) => Omit<Skipped, 'name'> | undefined;

const landedHere: Rule = ({ commit, culprit, failing }, { people }) => {
  if (people || culprit.change !== undefined) return undefined;
  return skip('not-ours', `${failing} since ${commit}, which a person brought: it is for a person to mend.`);
};

/** Two that undo each other would go on for ever. */
const noRevert: Rule = ({ commit, culprit, failing }) =>
  culprit.isRevert
    ? skip('of-revert', `${failing} since ${nameOf(commit, culprit)}, itself a revert: a person decides.`)
    : undefined;

const notTaken: Rule = ({ commit }, { taken }) => {
  const known = taken.get(commit);
  return known === undefined ? undefined : skip('known', `${known} takes it back, or was to.`);
};

/** So much may a clock of somebody else be fast. */
const fastByHours = 0.1;

const youngEnough: Rule = ({ commit, culprit, failing }, { asOf, maxAgeHours }) => {
  const hours = (asOf.getTime() - culprit.mergedAt.getTime()) / 3_600_000;
  // Such as of a commit from the future: its time says nothing.
  if (!(hours >= -fastByHours))
    return skip('too-old', `${nameOf(commit, culprit)} says to be of a time to come: its age is not known.`);
  if (hours <= maxAgeHours) return undefined;
  return skip(
    'too-old',
    `${failing} since ${nameOf(commit, culprit)}, merged ${Math.floor(hours)} hours ago, more than ${maxAgeHours}.`,
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

function nameOf(commit: Sha, { change }: Culprit): string {
  return change ?? commit;
}

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
