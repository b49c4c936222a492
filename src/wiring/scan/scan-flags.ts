import type { EarlierRemoval } from '../../agents/flag-removal/rules.ts';
import {
  type FlagRemovalDeps,
  type FlagRemovalReport,
  flagRemovalSource,
  runFlagRemovalAgent,
} from '../../agents/flag-removal/run.ts';
import type { Config } from '../../config/schema.ts';
import { testCommands } from '../../engine/test-commands.ts';
import type { Ledger, LedgerChange } from '../../views/ledger.ts';
import type { PromotedFlags } from '../../views/promoted-flags.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly promoted: PromotedFlags;
  readonly now: Date;
};

/** What the agent for the removal of flags has to propose, by what journal and configuration say. */
export function scanFlags(
  deps: FlagRemovalDeps,
  { config, ledger, promoted, now }: Known,
): Promise<FlagRemovalReport> {
  const { ignore, maxOpen } = config.agents['flag-removal'];
  const own = [...ledger.changes.values()].filter(({ proposal }) => proposal.source === flagRemovalSource);
  return runFlagRemovalAgent(deps, {
    ignore,
    maxOpen,
    helpers: config.flags.helpers,
    commands: testCommands(config),
    removeAfterSeconds: config.flags.removeAfter,
    asOf: now,
    target: config.branch,
    flags: [...promoted.flags.values()],
    open: own.filter(({ conclusion }) => conclusion === null).map(({ proposal }) => keyOf(proposal.record)),
    earlier: own.flatMap(earlierOf),
  });
}

function earlierOf({ id, conclusion, proposal: { record } }: LedgerChange): readonly EarlierRemoval[] {
  const outcome = conclusion?.outcome;
  if (conclusion === null || (outcome !== 'held' && outcome !== 'refused' && outcome !== 'rolled-back'))
    return [];
  const [base, of] = [String(record.base), String(record.of)];
  return [{ key: keyOf(record), change: id, base, of, outcome, code: conclusion.code }];
}

function keyOf(record: LedgerChange['proposal']['record']): string {
  return String(record.flag);
}
