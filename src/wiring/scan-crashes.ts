import {
  type CrashFixDeps,
  type CrashFixReport,
  type CrashFixSettings,
  crashFixSource,
  runCrashFixAgent,
} from '../agents/crash-fix/run.ts';
import type { EarlierFix, EarlierSearch, Seen } from '../agents/crash-fix/worth.ts';
import type { Config } from '../config/schema.ts';
import { type CrashBook, type CrashRecord, crashIn } from '../domain/crashes/book.ts';
import type { Entry } from '../domain/journal.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import { claimedCrash } from '../views/crashes.ts';
import type { Ledger, LedgerChange } from '../views/ledger.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly book: CrashBook;
  /** Every `agents.scanned`. */
  readonly scans: readonly Entry[];
  readonly now: Date;
};

/** What the agent for crash-fixes has to propose, by what production showed and what the journal says. */
export function scanCrashes(deps: CrashFixDeps, known: Known): Promise<CrashFixReport> {
  return runCrashFixAgent(deps, crashFixSettings(known));
}

function crashFixSettings({ config, ledger, book, scans, now }: Known): CrashFixSettings {
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
  return { signature, name, crash: stable && crashIn(record, stable.digest) };
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
