import type { JsonObject } from '../../../domain/json.ts';
import { printable } from '../../../domain/printable.ts';
import type { Finding } from '../facts.ts';
import type { Coverage, Difference } from './compare.ts';

/** Rows of a list in evidence. */
export const shown = 10;

export const cut = (text: string) => printable(text).slice(0, 400);

export const short = (text: string) => printable(text).slice(0, 300);

export function row({ kind, package: name, call, facet, old, new: now }: Difference): JsonObject {
  return {
    kind,
    package: short(name),
    call: short(call),
    facet: short(facet),
    old: short(old),
    new: short(now),
  };
}

export function tableOf(coverage: ReadonlyMap<string, Coverage>): JsonObject[] {
  return [...coverage]
    .slice(0, shown)
    .map(([name, count]) => ({ package: printable(name).slice(0, 200), ...count }));
}

export function finding(
  verdict: Finding['verdict'],
  code: string,
  reason: string,
  evidence: Finding['evidence'] = {},
): Finding {
  return { verdict, code: `characterization.${code}`, reason, evidence };
}

const strictFirst: readonly Finding['verdict'][] = [
  'fail',
  'abstain',
  'not-configured',
  'not-offered',
  'pass',
];

/** Of two findings the one of the lower rank counts. */
export function rankOf({ verdict }: Pick<Finding, 'verdict'>): number {
  return strictFirst.indexOf(verdict);
}
