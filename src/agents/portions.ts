import type { ChangeId, Sha } from '../domain/change.ts';
import { counted } from '../domain/words.ts';

/** A part of what an agent could propose. */
export type Item = {
  /** The same for the same edit of the same text. */
  readonly key: string;
  readonly path: string;
  /** Its place, for people. */
  readonly name: string;
  /** What it takes of a change. */
  readonly weight: number;
};

/** A proposal of the agent that did not land. */
export type EarlierItems = {
  readonly change: ChangeId;
  readonly base: Sha;
  readonly keys: readonly string[];
  readonly outcome: 'held' | 'refused' | 'rolled-back';
  readonly code: string;
};

export type PortionRules = {
  /** Codes begin with it. */
  readonly agent: string;
  readonly base: Sha;
  readonly earlier: readonly EarlierItems[];
  /** Kinds of proposals that are under way. */
  readonly open: readonly string[];
  readonly maxOpen: number;
  readonly maxFiles: number;
  readonly maxWeight: number;
};

/** What was looked at and not proposed. */
export type Skipped = { readonly name: string; readonly code: string; readonly reason: string };

export type Portion<T extends Item> = { readonly items: readonly T[]; readonly skipped: readonly Skipped[] };

/**
 * What of one kind is proposed now, as one change. What was refused among others is proposed once more among half as many, until
 * what is wrong was refused alone; that is not proposed again, nor anything that a person has cancelled.
 */
export function portionOf<T extends Item>(
  kind: string,
  all: readonly T[],
  rules: PortionRules,
  made: number,
): Portion<T> {
  const { left, skipped } = rememberedOf(all, rules);
  if (left.length === 0) return { items: [], skipped };
  const waits = whyLater(kind, rules, made);
  if (waits !== undefined) return { items: [], skipped: [...skipped, { name: kind, ...waits }] };
  const items = fill(left, rules);
  const rest = left.length - items.length;
  if (rest === 0) return { items, skipped };
  const reason = `${counted(rest, 'more')} ${rest === 1 ? 'waits' : 'wait'} until this change has ended.`;
  return { items, skipped: [...skipped, { name: kind, code: `${rules.agent}.later`, reason }] };
}

function fill<T extends Item>(
  left: readonly T[],
  { earlier, maxFiles, maxWeight }: PortionRules,
): readonly T[] {
  const items: T[] = [];
  const files = new Set<string>();
  let most = Number.POSITIVE_INFINITY;
  let weight = 0;
  for (const item of left) {
    const cap = Math.min(most, capOf(item, earlier));
    const isFull = items.length >= cap || (files.size >= maxFiles && !files.has(item.path));
    if (isFull || weight + item.weight > maxWeight) continue;
    most = cap;
    weight += item.weight;
    files.add(item.path);
    items.push(item);
  }
  return items;
}

function rememberedOf<T extends Item>(all: readonly T[], { agent, earlier, base }: PortionRules) {
  const left: T[] = [];
  const skipped: Skipped[] = [];
  for (const item of all) {
    const { key, name } = item;
    const held = earlier.find(
      (each) => each.outcome === 'held' && each.base === base && each.keys.includes(key),
    );
    const alone = refusals(item, earlier).find(({ keys, code }) => keys.length === 1 || code === cancelled);
    if (alone !== undefined) {
      const reason = `The same edit ended ${alone.outcome}, ${alone.change}: ${alone.code}.`;
      skipped.push({ name, code: `${agent}.turned-away`, reason });
    } else if (held !== undefined) {
      const reason = `It was proposed from this very commit: ${held.change} is held.`;
      skipped.push({ name, code: `${agent}.held`, reason });
    } else left.push(item);
  }
  return { left, skipped };
}

function whyLater(
  kind: string,
  { agent, open, maxOpen }: PortionRules,
  made: number,
): Omit<Skipped, 'name'> | undefined {
  if (open.includes(kind))
    return { code: `${agent}.open`, reason: 'An earlier proposal of the kind is still under way.' };
  if (open.length + made < maxOpen) return undefined;
  return {
    code: `${agent}.max-open`,
    reason: `${counted(maxOpen, 'proposal')} under way already; it waits.`,
  };
}

/** They say something about the day, or the rules, not about the edit: it is proposed again. */
const passing = /^(stage|policy|merge|classify\.overtaken)\b/;
/** A person said no to all of it. */
const cancelled = 'change.cancel';

function refusals({ key }: Item, earlier: readonly EarlierItems[]): readonly EarlierItems[] {
  return earlier.filter(
    ({ keys, outcome, code }) =>
      keys.includes(key) && (code === cancelled || (outcome !== 'held' && !passing.test(code))),
  );
}

function capOf(item: Item, earlier: readonly EarlierItems[]): number {
  const sizes = refusals(item, earlier).map(({ keys }) => keys.length);
  return sizes.length === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(Math.min(...sizes) / 2));
}
