import type { CrashFrame } from '../domain/crash.ts';
import {
  type CrashBook,
  type CrashNews,
  type CrashRecord,
  crashNow,
  totalOf,
} from '../domain/crashes/book.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import { crashFixSource, type Ledger, type LedgerChange } from './ledger.ts';

export const crashSeenType = 'crash.seen';

/** What the journal keeps of a crash: for good, so not its message, which may name a user. */
export function crashSeen({ record, digest, total }: CrashNews): JsonObject {
  const { signature, service, errorType, frames } = record;
  return {
    signature,
    service,
    errorType,
    frames: frames.map((frame) => ({ ...frame })),
    digest,
    count: total,
  };
}

export type SeenCrash = { readonly service: string; readonly frames: readonly Pick<CrashFrame, 'file'>[] };

/** By signature: all that production ever showed, as the journal says. Of several services the last counts. */
export function seenCrashes(entries: readonly Entry[]): ReadonlyMap<string, SeenCrash> {
  return new Map(
    entries.flatMap(({ type, data }) => {
      if (type !== crashSeenType || !Array.isArray(data.frames)) return [];
      const frames = data.frames.filter(isRecord).map(({ file }) => ({ file: String(file) }));
      return [[String(data.signature), { service: String(data.service), frames }] as const];
    }),
  );
}

/** The crash that a change says it mends: a claim, until the journal was asked. */
export function claimedCrash({ record }: LedgerChange['proposal']): string | undefined {
  return typeof record.crash === 'string' ? record.crash : undefined;
}

export type CrashesView = {
  /** Those that were seen last come first. */
  readonly crashes: readonly CrashLine[];
  /** Exceptions that were not kept. */
  readonly dropped: number;
};

export type CrashLine = Omit<CrashRecord, 'releases'> & {
  /** In all releases that are remembered, and in what is stable now. */
  readonly count: number;
  readonly inStable: number;
  /** RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The newest change that is to mend it; null: none was proposed. */
  readonly change: { readonly id: string; readonly outcome: string } | null;
};

export function viewCrashes({ crashes, dropped }: CrashBook, ledger: Ledger): CrashesView {
  const lines = crashes.map((record) => lineOf(record, ledger));
  return { crashes: lines.toSorted((one, other) => (one.lastSeen < other.lastSeen ? 1 : -1)), dropped };
}

function lineOf(record: CrashRecord, ledger: Ledger): CrashLine {
  const { releases, ...crash } = record;
  const stable = ledger.production.get(crash.service)?.stable.digest;
  const times = releases.map(({ firstSeen }) => firstSeen).toSorted();
  const fix = fixesOf(ledger, crash.signature).at(-1);
  return {
    ...crash,
    count: totalOf(record),
    inStable: crashNow(record, stable)?.count ?? 0,
    firstSeen: times[0] ?? '',
    lastSeen: releases.at(-1)?.lastSeen ?? '',
    change: fix === undefined ? null : { id: fix.id, outcome: fix.conclusion?.outcome ?? 'under way' },
  };
}

/** Changes of the agent against a crash, the oldest first. */
export function fixesOf(ledger: Ledger, signature: string): readonly LedgerChange[] {
  return [...ledger.changes.values()].filter(
    ({ proposal }) => proposal.source === crashFixSource && claimedCrash(proposal) === signature,
  );
}
