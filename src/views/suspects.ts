import { endingNote, lookNote, trialNote } from '../domain/exposure.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { alarmSeconds } from '../domain/rollout.ts';

/** Users were given a version that they did not have. */
export type Raise = {
  /** null: a person adopted it. */
  readonly change: string | null;
  /** RFC 3339. */
  readonly at: string;
  /** Of all users, 0 to 1. */
  readonly share: number;
};

export type Suspect = {
  readonly change: string | null;
  /** 0 to 1: how much of the blame it bears; with `unexplained` the shares add up to 1. */
  readonly blame: number;
  /** Its raise that bears most of it. */
  readonly share: number;
  readonly secondsBefore: number;
};

/** Of all changes, those that began harm when everybody got them. */
const harmful = 0.05;
/** What else begins harm: once a week. */
const otherwisePerSecond = 1 / (7 * 24 * 3600);
const soonSeconds = 30;
const [leastLate, mostLate] = [10, 24 * 3600];
const longestMs = mostLate * 1000;
const mostSuspects = 5;

/**
 * Who may have begun harm that both arms or all users met, worst first. A ranking by time alone, as nobody was compared: a raise by the
 * share s of users begins harm with the chance `harmful` * s, half of the times within some half minute (exponential), else at
 * any time of a day, by its logarithm; other causes come as they come. The blame is what of the density at the onset is a raise's.
 */
export function rankSuspects(
  onset: string,
  raises: readonly Raise[],
): { readonly suspects: readonly Suspect[]; readonly unexplained: number } {
  const weighed = raises.flatMap((raise) => {
    const seconds = (Date.parse(onset) - Date.parse(raise.at)) / 1000;
    return seconds >= 0 && seconds <= mostLate
      ? [{ raise, seconds, density: densityOf(raise, seconds) }]
      : [];
  });
  const all = otherwisePerSecond + weighed.reduce((sum, { density }) => sum + density, 0);
  const suspects = [...Map.groupBy(weighed, ({ raise }) => raise.change)].map(([change, own]) => {
    const [worst] = own.toSorted((a, b) => b.density - a.density);
    const blame = own.reduce((sum, { density }) => sum + density, 0) / all;
    return { change, blame, share: worst?.raise.share ?? 0, secondsBefore: worst?.seconds ?? 0 };
  });
  const ranked = suspects.toSorted((a, b) => b.blame - a.blame).slice(0, mostSuspects);
  return { suspects: ranked, unexplained: otherwisePerSecond / all };
}

function densityOf({ share }: Raise, seconds: number): number {
  const soon = Math.exp(-seconds / soonSeconds) / soonSeconds;
  const late = seconds < leastLate ? 0 : 1 / (seconds * Math.log(mostLate / leastLate));
  return harmful * share * (0.5 * soon + 0.5 * late);
}

/** The event types that raises are read from. */
export const raiseTypes = ['effect.intended', 'service.stable'];

/** Of the day before the onset. */
export function raisesIn(entries: readonly Entry[], onset: string): readonly Raise[] {
  const shares = new Map<string, number>();
  return entries.flatMap((entry): readonly Raise[] => {
    const share = shareAfter(entry);
    if (share === undefined) return [];
    const change = entry.change ?? null;
    const before = change === null ? 0 : (shares.get(change) ?? 0);
    if (change !== null) shares.set(change, share);
    const isRecent = Date.parse(onset) - Date.parse(entry.at) <= longestMs;
    return share > before && isRecent ? [{ change, at: entry.at, share: share - before }] : [];
  });
}

/** Of all users who have the entry's version from then on; undefined: it gives it to nobody. */
function shareAfter({ type, data }: Entry): number | undefined {
  if (type === 'service.stable') return 1;
  const step = typeof data.step === 'string' ? data.step : '';
  if (['promote-', 'clear-'].some((start) => step.startsWith(start)) || step === 'restore') return 1;
  // A start anew gives it to its first share of other users.
  const { weight } = (data.intent ?? {}) as JsonObject;
  const isSplit = step.startsWith('expose-') || step.startsWith('try-');
  return isSplit && typeof weight === 'number' ? weight : undefined;
}

/** When harm began for which a rollout ended without knowing whose it was: before the trial that did not find out. undefined: it did not end so. */
export function onsetIn(entries: readonly Entry[]): string | undefined {
  const ending = entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === endingNote);
  const { code } = (ending?.data.data ?? {}) as JsonObject;
  if (ending === undefined || (code !== 'rollout.watch' && code !== 'rollout.shared-incident'))
    return undefined;
  const noted = (note: string) =>
    entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === note)?.data.data as
      | JsonObject
      | undefined;
  // A comparison has said whose it is.
  if (code === 'rollout.watch' && noted(lookNote)?.decision === 'rollback') return undefined;
  const trial = noted(trialNote);
  const alarmAt = trial?.kind === 'opened' && typeof trial.at === 'string' ? trial.at : ending.at;
  return new Date(Date.parse(alarmAt) - 1000 * alarmSeconds).toISOString();
}
