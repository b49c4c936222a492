import type { Entry } from '../domain/journal.ts';
import { printable } from '../domain/printable.ts';
import type { ToldIssue } from './due-issues.ts';

/** Of the journal: what a look at issues has found, where it was another thing than before. */
export const lookType = 'issues.looked';

export type LookSummary = {
  readonly rule: string;
  readonly due: number;
  readonly begun: number;
  readonly left: number;
  /** `ID: code`, the first ones of those that are left alone. */
  readonly told: readonly string[];
  readonly isWhole: boolean;
  /** null: it could be looked. */
  readonly trouble: string | null;
  /** The rule is not there any more. */
  readonly isGone: boolean;
};

export type LastLook = LookSummary & { readonly at: string };

/** In one entry of the journal, which is bounded. */
const mostTold = 50;
const mostTrouble = 500;

export function summaryOf(look: {
  readonly rule: string;
  readonly issues: readonly ToldIssue[];
  readonly isWhole: boolean;
  readonly trouble: string | null;
}): LookSummary {
  const { rule, issues, isWhole, trouble } = look;
  const due = issues.filter(({ code }) => code === 'issues.due');
  const begun = issues.filter(({ code }) => code === 'issues.begun');
  const left = issues.filter(({ code }) => code !== 'issues.due' && code !== 'issues.begun');
  const told = left.slice(0, mostTold).map(({ id, code }) => `${id}: ${code}`);
  return {
    ...{ rule, due: due.length, begun: begun.length, left: left.length, told, isWhole },
    ...{ trouble: trouble === null ? null : settled(trouble), isGone: false },
  };
}

export function goneLook(rule: string): LookSummary {
  return { rule, due: 0, begun: 0, left: 0, told: [], isWhole: true, trouble: null, isGone: true };
}

/** Of every rule that is there the last one. */
export function lastLooks(entries: readonly Entry[]): readonly LastLook[] {
  const last = new Map<string, LastLook>();
  for (const { at, data } of entries) {
    const look = data as unknown as LookSummary;
    if (look.isGone) last.delete(look.rule);
    else last.set(look.rule, { ...look, at });
  }
  return [...last.values()];
}

/** Without the seconds that are still to wait: else it would be another trouble at each look. */
function settled(trouble: string): string {
  return printable(trouble)
    .replaceAll(/\bfor \d+ s\b/g, 'for a while')
    .slice(0, mostTrouble)
    .toWellFormed();
}
