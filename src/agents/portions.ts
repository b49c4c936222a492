import { createHash } from 'node:crypto';
import type { DocsKind } from '../../domain/agents.ts';
import type { ChangeId, Sha } from '../../domain/change.ts';
import { counted } from '../../domain/words.ts';
import type { Mend } from './finding.ts';

/** A proposal of this agent that did not land. */
export type EarlierMends = {
  readonly change: ChangeId;
  readonly base: Sha;
  readonly keys: readonly string[];
  readonly outcome: 'held' | 'refused' | 'rolled-back';
  readonly code: string;
};

export type PortionRules = {
  readonly base: Sha;
  readonly earlier: readonly EarlierMends[];
  /** Kinds of proposals that are under way. */
  readonly open: readonly string[];
  readonly maxOpen: number;
  readonly maxFiles: number;
};

export type KeyedMend = Mend & { readonly key: string };

/** What was looked at and not proposed. */
export type Skipped = { readonly name: string; readonly code: string; readonly reason: string };

export type Portion = { readonly mends: readonly KeyedMend[]; readonly skipped: readonly Skipped[] };

const mostMends = 40;

/** The same mend of the same line has the same key, wherever the line stands. */
export function keyed(mend: Mend, line: string): KeyedMend {
  const { kind, path, before, after } = mend;
  const of = JSON.stringify([kind, path, before, after, line.trim()]);
  return { ...mend, key: createHash('sha256').update(of).digest('hex').slice(0, 16) };
}

/**
 * What of one kind is proposed now, as one change. What was refused among others is proposed once more among half as many, until
 * what is wrong was refused alone; that is not proposed again.
 */
export function portionOf(
  kind: DocsKind,
  all: readonly KeyedMend[],
  rules: PortionRules,
  made: number,
): Portion {
  const { left, skipped } = rememberedOf(all, rules);
  if (left.length === 0) return { mends: [], skipped };
  const waits = whyLater(kind, rules, made);
  if (waits !== undefined) return { mends: [], skipped: [...skipped, { name: kind, ...waits }] };
  const mends: KeyedMend[] = [];
  let most = mostMends;
  const files = new Set<string>();
  for (const mend of left) {
    const cap = Math.min(most, capOf(mend, rules.earlier));
    const isFull = mends.length >= cap || (files.size >= rules.maxFiles && !files.has(mend.path));
    if (isFull) continue;
    most = cap;
    files.add(mend.path);
    mends.push(mend);
  }
  const rest = left.length - mends.length;
  if (rest === 0) return { mends, skipped };
  const reason = `${counted(rest, 'more mend')} ${rest === 1 ? 'waits' : 'wait'} until this change has ended.`;
  return { mends, skipped: [...skipped, { name: kind, code: 'docs.later', reason }] };
}

function rememberedOf(all: readonly KeyedMend[], { earlier, base }: PortionRules) {
  const left: KeyedMend[] = [];
  const skipped: Skipped[] = [];
  for (const mend of all) {
    const held = earlier.find(
      (each) => each.outcome === 'held' && each.base === base && each.keys.includes(mend.key),
    );
    const alone = refusals(mend, earlier).find(({ keys }) => keys.length === 1);
    const name = `${mend.path}:${mend.line}`;
    if (alone !== undefined) {
      const reason = `The same mend (${mend.after}) ended ${alone.outcome}, ${alone.change}: ${alone.code}.`;
      skipped.push({ name, code: 'docs.turned-away', reason });
    } else if (held !== undefined) {
      const reason = `It was proposed from this very commit: ${held.change} is held.`;
      skipped.push({ name, code: 'docs.held', reason });
    } else left.push(mend);
  }
  return { left, skipped };
}

function whyLater(
  kind: DocsKind,
  { open, maxOpen }: PortionRules,
  made: number,
): Omit<Skipped, 'name'> | undefined {
  if (open.includes(kind))
    return { code: 'docs.open', reason: 'An earlier proposal of the kind is still under way.' };
  if (open.length + made < maxOpen) return undefined;
  return { code: 'docs.max-open', reason: `${counted(maxOpen, 'proposal')} under way already; it waits.` };
}

/** They say something about the day, or the rules, not about the mend: it is proposed again. */
const passing = /^(stage|policy|merge|classify\.overtaken|change)\b/;

function refusals({ key }: KeyedMend, earlier: readonly EarlierMends[]): readonly EarlierMends[] {
  return earlier.filter(
    ({ keys, outcome, code }) => outcome !== 'held' && keys.includes(key) && !passing.test(code),
  );
}

function capOf(mend: KeyedMend, earlier: readonly EarlierMends[]): number {
  const smallest = Math.min(...refusals(mend, earlier).map(({ keys }) => keys.length));
  return Number.isFinite(smallest) ? Math.max(1, Math.floor(smallest / 2)) : mostMends;
}
