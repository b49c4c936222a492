import type { Config } from '../config/schema.ts';
import type { ChangeId } from '../domain/change.ts';
import { flakesIn, isWhole, quarantineYaml } from '../domain/flakes.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import type { GuardrailsReport } from '../domain/stage.ts';

/** The tests that were seen to fail and pass with the same code, from the journal of all changes. */
export type FlakesView = {
  /** How often the tests of a change ran on base and head. */
  readonly runs: number;
  /** Those that flaked most often first. */
  readonly flakes: readonly FlakyTest[];
  /** How many more there are. */
  readonly omitted: number;
  /** Every entry of the configuration. */
  readonly quarantine: readonly QuarantineLine[];
  /** Lines of YAML for those that flaked lately and are not in quarantine. People decide: nothing is put there by itself. */
  readonly suggestion: readonly string[];
};

export type FlakyTest = {
  readonly test: string;
  /** In how many runs. */
  readonly times: number;
  readonly onBase: number;
  readonly onHead: number;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  /** The newest first. */
  readonly changes: readonly ChangeId[];
  readonly changeCount: number;
  /** Runs since it flaked last. */
  readonly quietRuns: number;
  /** RFC 3339; null: it counts. */
  readonly quarantinedUntil: string | null;
};

export type QuarantineLine = {
  readonly test: string;
  /** RFC 3339. */
  readonly until: string;
  /** null: never. */
  readonly lastFlake: string | null;
  /** Runs since it flaked last, or all. */
  readonly quietRuns: number;
  readonly notes: readonly QuarantineNote[];
};

/** `quiet`: it may be mended, or fail each time: only that it did not flake is known. */
export type QuarantineNote = 'ended' | 'ends-soon' | 'quiet';

/** The event type that the view is made from. */
export const flakesTypes = ['stage.finished'];

/** A test that flakes once in ten runs is silent for so long once in eight times. */
export const quietAfter = 20;
export const soonDays = 7;
const mostShown = 100;
const mostChanges = 10;
const mostSuggested = 50;

type Quarantine = Config['tests']['quarantine'];
/** `at`: the count of runs when it flaked last. */
type Seen = Omit<FlakyTest, 'quietRuns' | 'quarantinedUntil' | 'changeCount'> & { readonly at: number };

export function viewFlakes(entries: readonly Entry[], quarantine: Quarantine, now: Date): FlakesView {
  const { runs, seen } = fold(entries);
  const flakes = [...seen.values()].sort(moreOften).map((one) => lineOf(one, runs, quarantine, now));
  const suggested = flakes.filter(
    ({ test, quietRuns, quarantinedUntil }) =>
      quarantinedUntil === null && quietRuns < quietAfter && isWhole(test),
  );
  return {
    runs,
    flakes: flakes.slice(0, mostShown),
    omitted: Math.max(0, flakes.length - mostShown),
    quarantine: quarantine.map((one) => quarantineLine(one, seen.get(one.test), runs, now)),
    suggestion: quarantineYaml(
      suggested.slice(0, mostSuggested).map(({ test }) => test),
      now,
    ),
  };
}

function fold(entries: readonly Entry[]): { runs: number; seen: ReadonlyMap<string, Seen> } {
  const seen = new Map<string, Seen>();
  let runs = 0;
  for (const entry of [...entries].sort((a, b) => a.index - b.index)) {
    const evidence = testsOf(entry);
    if (evidence === undefined) continue;
    runs += 1;
    const { base, head } = flakesIn(evidence);
    for (const test of new Set([...base, ...head])) {
      const sides = { onBase: base.includes(test) ? 1 : 0, onHead: head.includes(test) ? 1 : 0 };
      seen.set(test, take(seen.get(test), entry, { test, at: runs, ...sides }));
    }
  }
  return { runs, seen };
}

/** What `tests` found out where it ran on both sides. */
function testsOf({ type, data }: Entry): JsonObject | undefined {
  if (type !== 'stage.finished' || data.stage !== 'guardrails') return undefined;
  const { results } = data.data as unknown as GuardrailsReport;
  const evidence = results.find(({ name }) => name === 'tests')?.evidence;
  return isRun(evidence?.base) && isRun(evidence?.head) ? evidence : undefined;
}

function isRun(side: JsonObject[string] | undefined): boolean {
  return typeof side === 'object' && side !== null && 'kind' in side && side.kind === 'ran';
}

type Now = Pick<Seen, 'test' | 'at' | 'onBase' | 'onHead'>;

function take(before: Seen | undefined, { at: last, change = '' }: Entry, now: Now): Seen {
  const changes = [change, ...(before?.changes ?? []).filter((one) => one !== change)];
  return {
    ...now,
    times: (before?.times ?? 0) + 1,
    onBase: (before?.onBase ?? 0) + now.onBase,
    onHead: (before?.onHead ?? 0) + now.onHead,
    first: before?.first ?? last,
    last,
    changes,
  };
}

function moreOften(a: Seen, b: Seen): number {
  return b.times - a.times || b.at - a.at || (a.test < b.test ? -1 : 1);
}

function lineOf({ at, ...seen }: Seen, runs: number, quarantine: Quarantine, now: Date): FlakyTest {
  const until = quarantine.filter(({ test }) => test === seen.test).map((one) => one.until);
  const last = until.sort().findLast((one) => now < new Date(one));
  return {
    ...seen,
    changes: seen.changes.slice(0, mostChanges),
    changeCount: seen.changes.length,
    quietRuns: runs - at,
    quarantinedUntil: last ?? null,
  };
}

function quarantineLine(
  { test, until }: Quarantine[number],
  seen: Seen | undefined,
  runs: number,
  now: Date,
): QuarantineLine {
  const quietRuns = runs - (seen?.at ?? 0);
  const left = Date.parse(until) - now.getTime();
  const notes: QuarantineNote[] = [];
  if (left <= 0) notes.push('ended');
  else if (left < soonDays * 24 * 3600 * 1000) notes.push('ends-soon');
  if (left > 0 && quietRuns >= quietAfter) notes.push('quiet');
  return { test, until, lastFlake: seen?.last ?? null, quietRuns, notes };
}
