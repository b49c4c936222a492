import type { Entry } from '../domain/journal.ts';
import type { Leg, ReleaseReport } from '../domain/stage.ts';

/** 0: of the first service that gets the change, or of what goes for all of them. */
export function legOf({ data }: Entry): number {
  return typeof data.leg === 'number' ? data.leg : 0;
}

const stagesOfLegs: ReadonlySet<unknown> = new Set(['release', 'rollout']);

/** Without what happened at the services that got the change before the last one. */
export function ofLastLeg(entries: readonly Entry[]): readonly Entry[] {
  const last = Math.max(0, ...entries.map(legOf));
  return entries.filter((entry) => !stagesOfLegs.has(entry.data.stage) || legOf(entry) === last);
}

/** What each service got, the last one first; []: nothing was released. */
export function releasesIn(entries: readonly Entry[]): readonly Leg['release'][] {
  const reports = entries
    .filter(({ type, data }) => type === 'stage.finished' && data.stage === 'release')
    .map(({ data }) => data.data as unknown as ReleaseReport)
    .filter((release) => release.deploys)
    .toReversed();
  return reports.filter(({ service }, at) => reports.findIndex((other) => other.service === service) === at);
}
