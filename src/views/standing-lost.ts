import { canaryJudged, readJudged } from '../domain/canary.ts';
import type { Entry } from '../domain/journal.ts';
import type { NotifiedJudge } from '../domain/notification.ts';
import { foldMeasures, measuredOf, standingOf } from './judge-standing.ts';

/** Only a miss takes a standing. */
export function mayTakeStanding({ type, data }: Entry): boolean {
  return type === canaryJudged && data.outcome === 'missed';
}

/**
 * The judge whose "no objection" counts no more since this entry; undefined: it takes nobody's standing. `before`: all entries of canaries
 * before it. Read from the outcomes themselves, so that no process can be killed between an outcome and the word of it.
 */
export function standingLostBy(entry: Entry, before: readonly Entry[]): NotifiedJudge | undefined {
  const judged = mayTakeStanding(entry) ? readJudged(entry.data) : undefined;
  const measures = foldMeasures(before);
  const asked = judged && measures.open.get(judged.id);
  if (asked === undefined) return undefined;
  const { judge, class: of } = asked;
  if (!standingOf(measuredOf(measures, judge, of)).earned) return undefined;
  const { earned, why } = standingOf(measuredOf(foldMeasures([entry], measures), judge, of));
  return earned ? undefined : { judge, class: of, why };
}
