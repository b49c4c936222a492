import type { EarlierItems, PortionRules } from '../../agents/portions.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { Ledger, LedgerChange } from '../../views/ledger.ts';

/** What the journal says of earlier proposals of one source, for an agent that proposes in portions. */
export function memoryOf(ledger: Ledger, source: string): Pick<PortionRules, 'open' | 'earlier'> {
  const own = [...ledger.changes.values()].filter(({ proposal }) => proposal.source === source);
  const open = own.filter(({ conclusion }) => conclusion === null);
  return {
    open: open.map(({ proposal }) => String(proposal.record.kind)),
    earlier: own.flatMap(earlierOf),
  };
}

function earlierOf({ id, conclusion, proposal: { record } }: LedgerChange): readonly EarlierItems[] {
  const outcome = conclusion?.outcome;
  if (conclusion === null || (outcome !== 'held' && outcome !== 'refused' && outcome !== 'rolled-back'))
    return [];
  const items: readonly unknown[] = Array.isArray(record.items) ? record.items : [];
  const keys = items.filter(isRecord).map(({ key }) => String(key));
  return [{ change: id, base: String(record.base), keys, outcome, code: conclusion.code }];
}
