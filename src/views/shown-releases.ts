import type { ChangeId, Sha } from '../domain/change.ts';
import { bookLimits, type CrashBook, type CrashRecord } from '../domain/crashes/book.ts';
import { lookNote } from '../domain/exposure.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { isRecord, type JsonRecord } from '../domain/npm/hostile-json.ts';
import type { Exposure } from '../domain/stage.ts';
import { lastExposure } from './change-view.ts';
import type { LedgerChange } from './ledger.ts';

/** What production has shown of a release that came into it, beside that it was not rolled back for it. Decides nothing. */
export type ShownRelease = {
  readonly change: ChangeId;
  readonly commit: Sha;
  /** Of its rollout; null: nobody was compared. */
  readonly exposure: Exposure | null;
  /** The test that came nearest to a rollback at any look; null: none had anything to say. */
  readonly nearest: NearestTest | null;
  /** That it was the first to meet, as far as is remembered; most often met first. */
  readonly crashes: readonly FirstCrash[];
};

/** `value` and `threshold`: natural logarithms of e-values. */
export type NearestTest = { readonly test: string; readonly value: number; readonly threshold: number };

export type FirstCrash = { readonly errorType: string; readonly place: string; readonly count: number };

const mostCrashes = 3;

/** `entries`: of that change. */
export function shownRelease(
  change: LedgerChange,
  entries: readonly Entry[],
  { book, service }: { readonly book: CrashBook; readonly service: string },
): ShownRelease | undefined {
  const built = change.releases.find((one) => one.service === service);
  if (built === undefined || change.merge === null) return undefined;
  return {
    change: change.id,
    commit: change.merge.commit,
    exposure: lastExposure(entries) ?? null,
    nearest: nearestIn(entries) ?? null,
    crashes: book.crashes
      .filter((crash) => crash.service === service)
      .flatMap((crash) => firstMet(crash, built.digest) ?? [])
      .toSorted((one, other) => other.count - one.count)
      .slice(0, mostCrashes),
  };
}

function nearestIn(entries: readonly Entry[]): NearestTest | undefined {
  const looks = entries.filter(({ type, data }) => type === 'stage.noted' && data.note === lookNote);
  const tests = looks.flatMap(({ data }) => {
    const { evidence } = (data.data ?? {}) as JsonObject;
    return Array.isArray(evidence) ? evidence.filter(isRecord).flatMap(asRollbackTest) : [];
  });
  return tests.toSorted((one, other) => nearness(other) - nearness(one))[0];
}

function asRollbackTest({ test, value, threshold }: JsonRecord): readonly NearestTest[] {
  const isOne = typeof test === 'string' && test.startsWith('rollback.');
  if (!isOne || typeof value !== 'number' || typeof threshold !== 'number' || threshold <= 0) return [];
  return [{ test, value, threshold }];
}

function nearness({ value, threshold }: NearestTest): number {
  return value / threshold;
}

/** Where the oldest releases of a crash were forgotten, nobody is known to be the first. */
function firstMet({ releases, errorType, frames }: CrashRecord, digest: string): FirstCrash | undefined {
  const own = releases.find((one) => one.digest === digest);
  if (own === undefined || releases.length >= bookLimits.releases) return undefined;
  if (releases.some((one) => Date.parse(one.firstSeen) < Date.parse(own.firstSeen))) return undefined;
  const [{ file, line }] = frames;
  return { errorType, place: `${file}:${line}`, count: own.count };
}

/** Who met new crashes first, then who came nearest to a rollback. */
export function bySuspicion(releases: readonly ShownRelease[]): readonly ShownRelease[] {
  const crashed = ({ crashes }: ShownRelease) => (crashes.length > 0 ? 1 : 0);
  const near = ({ nearest }: ShownRelease) =>
    nearest === null ? Number.NEGATIVE_INFINITY : nearness(nearest);
  return releases.toSorted((one, other) => crashed(other) - crashed(one) || compare(near(other), near(one)));
}

/** Two that nothing is known of are alike: minus infinity from itself is no number. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
