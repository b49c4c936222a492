import type { ChangeId } from '../domain/change.ts';
import { codeFlagNote } from '../domain/code-flag.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';

/** How the rollout of a flag in the code ended: everybody has it, or nobody. */
export type FlagEnd = {
  readonly key: string;
  readonly change: ChangeId;
  /** What it was rolled out under, a flag for each service that has its code; []: that is not known. */
  readonly flags: readonly string[];
  readonly state: 'promoted' | 'rolled-back';
  /** RFC 3339, UTC. */
  readonly since: string;
};

/** Of each flag in the code the last end that the journal knows of. A flag whose end is not understood is in none. */
export type PromotedFlags = {
  readonly flags: ReadonlyMap<string, FlagEnd>;
  /** The keys that a change adds or removes, until it is merged. */
  readonly touched: ReadonlyMap<ChangeId, readonly string[]>;
  readonly upTo: number;
};

export const noPromotedFlags: PromotedFlags = { flags: new Map(), touched: new Map(), upTo: -1 };

/** The event types that they are folded from. */
export const promotedFlagTypes = ['stage.noted', 'stage.finished', 'change.concluded', 'flag.killed'];

export function foldPromotedFlags(
  entries: readonly Entry[],
  from: PromotedFlags = noPromotedFlags,
): PromotedFlags {
  const flags = new Map(from.flags);
  const touched = new Map(from.touched);
  let { upTo } = from;
  for (const entry of entries) {
    if (entry.index <= upTo) continue;
    upTo = entry.index;
    if (entry.type === 'stage.noted' && entry.data.note === codeFlagNote) take(flags, entry);
    if (entry.type === 'change.concluded' && entry.data.outcome === 'rolled-back')
      takeBack(flags, entry, (end) => end.change === entry.change);
    if (entry.type === 'flag.killed')
      takeBack(flags, entry, (end) => [end.key, ...end.flags].includes(String(entry.data.flag)));
    if (entry.type === 'stage.finished') finish(flags, touched, entry);
  }
  return { flags, touched, upTo };
}

/** How many keys the evidence of the guardrail shows. */
const mostShown = 10;

/**
 * DANGER: a key may come back with other code after its flag was removed or reverted, and nobody has had that yet. So a merge
 * that adds or removes a key makes what was known of it unknown, until a rollout ends anew.
 */
function finish(flags: Map<string, FlagEnd>, touched: Map<ChangeId, readonly string[]>, entry: Entry): void {
  const { change = '', data } = entry;
  if (data.stage === 'guardrails') touched.set(change, keysTouched(data.data));
  if (data.stage !== 'merge') return;
  const keys = touched.get(change) ?? [];
  if (keys.length >= mostShown) flags.clear();
  for (const key of keys) flags.delete(key);
  touched.delete(change);
}

function keysTouched(report: unknown): readonly string[] {
  const results = isObject(report) && Array.isArray(report.results) ? report.results : [];
  const found = results.filter((each) => isObject(each) && each.name === 'flag-off');
  return found.flatMap((each) => {
    const { evidence } = each as JsonObject;
    const { added, removed } = isObject(evidence) ? evidence : {};
    return [added, removed].flatMap((keys) =>
      Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [],
    );
  });
}

/** What is not understood about a flag makes what was known of it unknown. */
function take(flags: Map<string, FlagEnd>, { change, at, data }: Entry): void {
  const note = isObject(data.data) ? data.data : {};
  const { key, state } = note;
  if (typeof key !== 'string') return;
  const since = laterOf(at, note.at);
  const isKnown = state === 'promoted' || state === 'rolled-back';
  if (change === undefined || since === undefined || !isKnown) return void flags.delete(key);
  const before = flags.get(key);
  const others = before?.change === change && before.state === state ? before.flags : [];
  const own = typeof note.flag === 'string' ? [note.flag] : [];
  flags.set(key, { key, change, flags: [...others, ...own], state, since });
}

/** A change that was taken back takes the flags with it that it had brought to everybody; a kill takes them by themselves. */
function takeBack(flags: Map<string, FlagEnd>, { at }: Entry, isIt: (end: FlagEnd) => boolean): void {
  for (const end of flags.values())
    if (end.state === 'promoted' && isIt(end))
      flags.set(end.key, { ...end, state: 'rolled-back', since: at });
}

/** The later of the two: a time that is written into a note cannot make a flag older than the note. */
function laterOf(journalled: string, noted: unknown): string | undefined {
  const times = [journalled, noted].map((time) => (typeof time === 'string' ? Date.parse(time) : Number.NaN));
  return times.some(Number.isNaN) ? undefined : new Date(Math.max(...times)).toISOString();
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
