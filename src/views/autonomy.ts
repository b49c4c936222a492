import { levelOf } from '../config/policy-digest.ts';
import type { Config } from '../config/schema.ts';
import { type Demotion, isBelow, type Lowered, lowerOf, mostOf } from '../domain/autonomy.ts';
import type { Cost } from '../domain/blame.ts';
import {
  type AutonomyLevel,
  autonomyLevels,
  type ChangeClass,
  type ChangeId,
  changeClasses,
} from '../domain/change.ts';
import type { Entry, NewEvent } from '../domain/journal.ts';

/** What failures in production have cost, and no person has given back. */
export type Autonomy = {
  /** Oldest first. */
  readonly demotions: readonly Demotion[];
  /** Journal index of the last entry taken in; -1: none. */
  readonly upTo: number;
};

export const fullAutonomy: Autonomy = { demotions: [], upTo: -1 };

/** The event types that it is folded from. */
export const autonomyTypes = ['autonomy.demoted', 'autonomy.restored'];

export function foldAutonomy(entries: readonly Entry[], from: Autonomy = fullAutonomy): Autonomy {
  return entries.reduce(take, from);
}

function take(autonomy: Autonomy, entry: Entry): Autonomy {
  if (entry.index <= autonomy.upTo) return autonomy;
  return { demotions: after(autonomy.demotions, entry), upTo: entry.index };
}

/** A person gives back what it cost that these changes failed: one that failed meanwhile was not known yet. */
function after(demotions: readonly Demotion[], entry: Entry): readonly Demotion[] {
  if (entry.type === 'autonomy.demoted') return [...demotions, demotionIn(entry)];
  if (entry.type !== 'autonomy.restored') return demotions;
  const { class: restored, changes } = entry.data;
  const known = new Set<unknown>(Array.isArray(changes) ? changes : []);
  return demotions.filter((one) => one.class !== restored || !known.has(one.change));
}

/** The effect of the stage conclude that lowers a class. */
export const demoteStep = 'demote';

/** What is journalled: of one change once, whoever does it. */
export function demotionOf(
  { class: of, from, to, code }: Cost,
  { change, actor }: { readonly change: ChangeId; readonly actor: string },
): { readonly events: readonly NewEvent[]; readonly once: string } {
  const event = { type: 'autonomy.demoted', change, actor, data: { class: of, from, to, code } };
  return { events: [event], once: `autonomy.demoted ${change}` };
}

export type Restoration = {
  readonly class: ChangeClass;
  /** Whose failures the person knows. */
  readonly changes: readonly ChangeId[];
  readonly reason: string;
};

export function restorationOf({ class: of, changes, reason }: Restoration, actor: string): NewEvent {
  return { type: 'autonomy.restored', actor, data: { class: of, changes, reason } };
}

/** Of the intents of a change: one that has no receipt may have been carried out. */
export function wasMet(intents: readonly Entry[]): boolean {
  return intents.some(
    ({ type, data }) => type === 'effect.intended' && String(data.step).startsWith('expose-'),
  );
}

/** What the failure of a change has cost its class, by its entries; undefined: nothing. */
export function loweredBy(entries: readonly Entry[]): Lowered | undefined {
  const entry = entries.find(({ type }) => type === 'autonomy.demoted');
  if (entry === undefined) return undefined;
  const { class: of, from, to } = demotionIn(entry);
  return { class: of, from, to };
}

function demotionIn({ change = '', at, data }: Entry): Demotion {
  const word = (name: string) => String(data[name]);
  const changeClass = word('class') as ChangeClass;
  return { class: changeClass, change, from: level(data.from), to: level(data.to), code: word('code'), at };
}

/** A word that this program does not know allows nothing. */
function level(word: unknown): AutonomyLevel {
  return autonomyLevels.find((known) => known === word) ?? 'observe';
}

/** The first demotion for which changes of this class may not go as far as `wanted`; undefined: they may. */
export function demotionBelow(
  { demotions }: Autonomy,
  changeClass: ChangeClass,
  wanted: AutonomyLevel,
): Demotion | undefined {
  return demotions.find((one) => one.class === changeClass && isBelow(one.to, wanted));
}

export function effectiveLevel(
  autonomy: Autonomy,
  configured: AutonomyLevel,
  changeClass: ChangeClass,
): AutonomyLevel {
  const begin = lowerOf(configured, mostOf(changeClass));
  return demotionsOf(autonomy, changeClass).reduce((lowest, { to }) => lowerOf(lowest, to), begin);
}

export function demotionsOf({ demotions }: Autonomy, changeClass: ChangeClass): readonly Demotion[] {
  return demotions.filter((one) => one.class === changeClass);
}

/** One sentence, without its full stop. */
export function demotionReason({ class: of, to, change, code }: Demotion): string {
  return `changes of class ${of} go no further than ${to} since ${change} was taken back (${code}); autoland autonomy restore ${of} lets them again`;
}

/** One class, as `autoland autonomy` and the API show it. */
export type ClassAutonomy = {
  readonly class: ChangeClass;
  readonly configured: AutonomyLevel;
  readonly effective: AutonomyLevel;
  /** RFC 3339: since when it is demoted; null: it is not. */
  readonly since: string | null;
  /** What it is demoted for, oldest first; []: it is not. */
  readonly demotions: readonly Demotion[];
};

/** Every class that has a level. */
export function classesOf(autonomy: Autonomy, configured: Config['autonomy']): readonly ClassAutonomy[] {
  const classes = changeClasses.filter((one) => one !== 'other');
  return classes.map((one) => {
    const level = levelOf(configured, one);
    const demotions = demotionsOf(autonomy, one);
    const since = demotions[0]?.at ?? null;
    return {
      class: one,
      configured: level,
      effective: effectiveLevel(autonomy, level, one),
      since,
      demotions,
    };
  });
}

/** What these entries do not agree on. `receipts`: of changes of which no entry says that they cost their class anything. */
export function autonomyProblems(acts: readonly Entry[], receipts: readonly Entry[]): readonly string[] {
  const lost = receipts.filter(({ data }) => data.step === demoteStep);
  const foreign = acts.filter(
    ({ type, actor }) => type === 'autonomy.restored' && !actor.startsWith('person:'),
  );
  return [
    ...lost.map(({ change }) => `the failure of ${change} has lowered its class, and no entry says so`),
    ...foreign.map(
      ({ index, actor, data }) =>
        `entry ${index}: ${actor} restored ${String(data.class)}, which only a person may`,
    ),
  ];
}
