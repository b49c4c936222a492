import {
  type CrashFixDeps,
  type CrashFixReport,
  type CrashFixSettings,
  runCrashFixAgent,
} from '../../agents/crash-fix/run.ts';
import type { EarlierFix, EarlierSearch, Seen } from '../../agents/crash-fix/worth.ts';
import type { Config } from '../../config/schema.ts';
import { type CrashBook, type CrashRecord, crashNow } from '../../domain/crashes/book.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Entry } from '../../domain/journal.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { claimedCrash } from '../../views/crashes.ts';
import { crashFixSource, type Ledger, type LedgerChange } from '../../views/ledger.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  /** Throws `state.corrupt`. */
  readonly book: () => CrashBook;
  /** Every `agents.scanned`. */
  readonly scans: readonly Entry[];
  readonly now: Date;
};

/** What the agent for crash-fixes has to propose, by what production showed and what the journal says. */
export async function scanCrashes(deps: CrashFixDeps, known: Known): Promise<CrashFixReport> {
  try {
    return await runCrashFixAgent(deps, crashFixSettings(known, known.book()));
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    // What other agents have found must not be lost for it.
    const { code, message, mend } = error;
    const reason = mend === undefined ? message : `${message}: ${mend}`;
    return { proposals: [], skipped: [{ name: 'crashes', code, reason }], searches: [] };
  }
}

function crashFixSettings({ config, ledger, scans, now }: Known, book: CrashBook): CrashFixSettings {
  const { minCount, maxAgeDays, maxOpen, maxPerDay } = config.agents['crash-fix'];
  return {
    minCount,
    maxAgeDays,
    maxOpen,
    maxPerDay,
    target: config.branch,
    asOf: now,
    seen: book.crashes.map((record) => seenOf(record, ledger)),
    fixes: [...ledger.changes.values()].flatMap(earlierFix),
    searches: scans.flatMap(searchesOf),
  };
}

function seenOf(record: CrashRecord, { production }: Ledger): Seen {
  const { signature, service, errorType, frames } = record;
  const stable = production.get(service)?.stable;
  const [{ file, functionName }] = frames;
  const name = `${service}: ${errorType} in ${functionName ?? file} (${signature.slice(0, 12)})`;
  return { signature, name, crash: crashNow(record, stable?.digest) };
}

function earlierFix({
  id,
  conclusion,
  concludedAt,
  proposedAt,
  proposal,
}: LedgerChange): readonly EarlierFix[] {
  const signature = claimedCrash(proposal);
  if (signature === undefined || proposal.source !== crashFixSource) return [];
  const at = new Date(concludedAt ?? proposedAt);
  return [{ signature, change: id, outcome: conclusion?.outcome ?? null, code: conclusion?.code ?? '', at }];
}

function searchesOf({ at, data: { agent, searches } }: Entry): readonly EarlierSearch[] {
  if (agent !== 'crash-fix' || !Array.isArray(searches)) return [];
  return searches.filter(isRecord).map(({ signature, tip, code }) => ({
    signature: String(signature),
    tip: String(tip),
    code: String(code),
    at: new Date(at),
  }));
}
