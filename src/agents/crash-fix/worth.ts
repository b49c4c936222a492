import type { ChangeId, Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import { counted } from '../../domain/words.ts';

/** A change of this agent against a crash. `outcome` null: it is under way. */
export type EarlierFix = {
  readonly signature: string;
  readonly change: ChangeId;
  readonly outcome: string | null;
  readonly code: string;
  readonly at: Date;
};

/** A search that this agent made, whatever came of it. */
export type EarlierSearch = {
  readonly signature: string;
  /** The tip of the branch that it was made on. */
  readonly tip: Sha;
  readonly code: string;
  readonly at: Date;
};

export type WorthRules = {
  /** What is fewer is left to people. */
  readonly minCount: number;
  readonly maxAgeDays: number;
  readonly maxOpen: number;
  /** Searches, which take long. */
  readonly maxPerDay: number;
  readonly tip: Sha;
  readonly asOf: Date;
  readonly fixes: readonly EarlierFix[];
  readonly searches: readonly EarlierSearch[];
};

/** A crash as what is stable now met it; `crash` undefined: it did not. */
export type Seen = { readonly signature: string; readonly name: string; readonly crash: Crash | undefined };

/** What was looked at and not proposed. */
export type Skipped = { readonly name: string; readonly code: string; readonly reason: string };
type Why = Omit<Skipped, 'name'>;
type Rule = (crash: Crash, rules: WorthRules) => Why | undefined;

const dayMs = 86_400_000;

const often: Rule = ({ count }, { minCount }) =>
  count >= minCount
    ? undefined
    : skip('rare', `What is stable met it ${counted(count, 'time')}, fewer than ${minCount}.`);

const lately: Rule = ({ lastSeen }, { asOf, maxAgeDays }) => {
  const days = (asOf.getTime() - lastSeen.getTime()) / dayMs;
  return days <= maxAgeDays
    ? undefined
    : skip('old', `It was not met for ${Math.floor(days)} days, more than ${maxAgeDays}.`);
};

const notTried: Rule = ({ signature }, { fixes }) => {
  const own = fixes.filter((fix) => fix.signature === signature && fix.outcome !== 'superseded');
  const last = own.at(-1);
  if (last === undefined) return undefined;
  if (last.outcome === null) return skip('open', `${last.change} is to mend it, and is still under way.`);
  if (last.outcome === 'landed')
    return skip('came-back', `${last.change} landed against it, and it is still met: a person decides.`);
  return skip('turned-away', `${last.change} against it ended ${last.outcome}: ${last.code}.`);
};

const notSearched: Rule = ({ signature }, { searches, tip }) => {
  // What was no fault of the crash, such as a sandbox that is not there, is no answer.
  const found = searches.find(
    (search) => search.signature === signature && search.tip === tip && search.code.startsWith('crash-fix.'),
  );
  return found && skip('searched', `A fix of it was looked for on this very commit: ${found.code}.`);
};

const fewOpen: Rule = (_, { fixes, maxOpen }) =>
  fixes.filter(({ outcome }) => outcome === null).length < maxOpen
    ? undefined
    : skip('max-open', `${counted(maxOpen, 'proposal')} under way already; it waits.`);

const withinQuota: Rule = (_, { searches, maxPerDay, asOf }) => {
  const today = searches.filter(({ at }) => asOf.getTime() - at.getTime() < dayMs);
  return today.length < maxPerDay
    ? undefined
    : skip('quota', `${counted(today.length, 'search', 'searches')} within 24 hours; it waits.`);
};

const rules: readonly Rule[] = [often, lately, notTried, notSearched, fewOpen, withinQuota];

/** Why no fix of it is looked for now; undefined: it is worth it. */
export function notWorth({ name, crash }: Seen, known: WorthRules): Skipped | undefined {
  if (crash === undefined)
    return {
      name,
      ...skip(
        'not-stable',
        'What is stable now never met it: a canary is rolled back, and what was before is gone.',
      ),
    };
  for (const rule of rules) {
    const why = rule(crash, known);
    if (why !== undefined) return { name, ...why };
  }
  return undefined;
}

/** What is met most often comes first. */
export function inOrder(all: readonly Seen[]): readonly Seen[] {
  return all.toSorted((one, other) => (other.crash?.count ?? 0) - (one.crash?.count ?? 0));
}

function skip(word: string, reason: string): Why {
  return { code: `crash-fix.${word}`, reason };
}
