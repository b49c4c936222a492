import type { Attempt, FixSearch, RankedFix } from '../../domain/crash-fix.ts';
import { ranked } from './rank.ts';
import { placesOf } from './run-places.ts';
import { type Ended, ended, type Shown, showCrash } from './run-reproduce.ts';
import { type FixAsked, type FixDeps, type Trying, trialsFor } from './run-trials.ts';
import { tryFix } from './run-try.ts';

/** Looks for the smallest edit that makes the crash's test pass and breaks no other. All that was tried is in the answer. */
export async function findFix(deps: FixDeps, asked: FixAsked): Promise<FixSearch> {
  const { crash, tip, limits } = asked;
  const { recentDays, places: most } = limits;
  const places = await placesOf(deps, crash, { tip, most, recentDays });
  const none = { fixes: [], tried: [], places, reproducedBy: undefined, test: new Map() };
  const [first, ...others] = places;
  if (first === undefined)
    return { ...none, ended: ended('no-place', 'None of its frames is in code that a fix may touch.') };
  const shown = await showCrash(deps, asked);
  if ('code' in shown) return { ...none, ended: shown };
  const outcome = await tryAll(deps, asked, { shown, places: [first, ...others] });
  return { ...outcome, fixes: ranked(outcome.fixes), places, reproducedBy: shown.by, test: shown.test };
}

type Search = { readonly shown: Shown; readonly places: Trying['places'] };
type Outcome = {
  readonly fixes: readonly RankedFix[];
  readonly tried: readonly Attempt[];
  readonly ended: Ended | undefined;
};

async function tryAll(deps: FixDeps, asked: FixAsked, { shown, places }: Search): Promise<Outcome> {
  const { seconds, fixes: enough } = asked.limits;
  const until = deps.clock.monotonicMs() + seconds * 1000;
  const secondsLeft = () => (until - deps.clock.monotonicMs()) / 1000;
  const fixes: RankedFix[] = [];
  const tried: Attempt[] = [];
  for await (const trial of trialsFor(deps, asked, { places, shown, tried, secondsLeft })) {
    if (secondsLeft() <= 0) return { fixes, tried, ended: ended('no-time', `Its ${seconds} s were over.`) };
    const { kind, name, file, line, size, place, files } = trial;
    const end = 'fault' in files ? files.fault : await tryFix(deps, asked, { shown, files });
    tried.push({ kind, name, file, line, size, ...end });
    if (end.end === 'fixed' && !('fault' in files)) fixes.push({ kind, name, place, size, files });
    // Before the next one is made: a model would be asked for it.
    if (fixes.length >= enough) return { fixes, tried, ended: undefined };
  }
  const why = `${tried.length} edits were tried, and none of them mends it.`;
  return { fixes, tried, ended: fixes.length > 0 ? undefined : ended('no-fix', why) };
}
