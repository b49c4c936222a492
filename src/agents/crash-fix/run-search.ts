import type { Sha } from '../../domain/change.ts';
import type {
  Attempt,
  AttemptEnd,
  Candidate,
  FaultPlace,
  FixKind,
  FixSearch,
  ModelSample,
  RankedFix,
} from '../../domain/crash-fix.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FixMaker } from '../../ports/fix-maker.ts';
import type { GitLander, GitReader } from '../../ports/git-host.ts';
import { sizeOf } from './candidates.ts';
import { inTurn, ranked, shares } from './rank.ts';
import { sampleFault } from './rules.ts';
import { isRecent, type PlacesDeps, placesOf } from './run-places.ts';
import { type Asked, type Ended, ended, type ReproduceDeps, type Shown, showCrash } from './run-reproduce.ts';
import { type RevertFiles, revertOf } from './run-revert.ts';
import { tryFix } from './run-try.ts';

export type FixDeps = PlacesDeps &
  ReproduceDeps & {
    readonly git: Pick<GitReader, 'readFile' | 'diff'> & Pick<GitLander, 'revertTree'>;
    readonly maker: FixMaker;
    readonly clock: Pick<Clock, 'monotonicMs'>;
  };

export type FixLimits = {
  readonly attempts: number;
  /** From the first attempt on; what runs then is let end. */
  readonly seconds: number;
  /** Places that are looked at. */
  readonly places: number;
  /** Fixes after which nothing more is tried. */
  readonly fixes: number;
  /** How old a line's commit may be to be called recent, and to be taken back. */
  readonly recentDays: number;
};

export const defaultFixLimits: FixLimits = {
  attempts: 60,
  seconds: 1800,
  places: 3,
  fixes: 3,
  recentDays: 14,
};

export type FixAsked = Asked & {
  readonly limits: FixLimits;
  /** What models would make of the file; absent: none is asked. */
  readonly samples?: ((place: FaultPlace, text: string) => Promise<readonly ModelSample[]>) | undefined;
};

/** What is tried: the files that it makes, or why it is not even tried. */
export type Trial = Omit<Attempt, 'end' | 'detail'> & {
  readonly place: FaultPlace;
  readonly files: RevertFiles | { readonly fault: Pick<Attempt, 'end' | 'detail'> };
};

/** Looks for the smallest edit that makes the crash's test pass and breaks no other. All that was tried is in the answer. */
export async function findFix(deps: FixDeps, asked: FixAsked): Promise<FixSearch> {
  const { crash, tip, limits } = asked;
  const { recentDays, places: most } = limits;
  const places = await placesOf(deps, crash, { tip, most, recentDays });
  const none = { fixes: [], tried: [], places, reproducedBy: undefined };
  if (places.length === 0)
    return { ...none, ended: ended('no-place', 'None of its frames is in code that a fix may touch.') };
  const shown = await showCrash(deps, asked);
  if ('code' in shown) return { ...none, ended: shown };
  const outcome = await tryAll(deps, asked, { shown, trials: await trialsFor(deps, asked, places) });
  return { ...outcome, fixes: ranked(outcome.fixes), places, reproducedBy: shown.by };
}

type Search = { readonly shown: Shown; readonly trials: readonly Trial[] };
type Outcome = {
  readonly fixes: readonly RankedFix[];
  readonly tried: readonly Attempt[];
  readonly ended: Ended | undefined;
};

async function tryAll(deps: FixDeps, asked: FixAsked, { shown, trials }: Search): Promise<Outcome> {
  const { seconds, fixes: enough } = asked.limits;
  const until = deps.clock.monotonicMs() + seconds * 1000;
  const fixes: RankedFix[] = [];
  const tried: Attempt[] = [];
  for (const trial of trials) {
    if (fixes.length >= enough) return { fixes, tried, ended: undefined };
    if (deps.clock.monotonicMs() >= until)
      return { fixes, tried, ended: ended('no-time', `Its ${seconds} s were over.`) };
    const { kind, name, file, line, size, place, files } = trial;
    const end = 'fault' in files ? files.fault : await tryFix(deps, asked, { shown, files });
    tried.push({ kind, name, file, line, size, ...end });
    if (end.end === 'fixed' && !('fault' in files)) fixes.push({ kind, name, place, size, files });
  }
  const isFound = fixes.length > 0;
  const why = `${tried.length} edits were tried, and none of them mends it.`;
  return { fixes, tried, ended: isFound ? undefined : ended('no-fix', why) };
}

async function trialsFor(
  deps: FixDeps,
  asked: FixAsked,
  places: readonly FaultPlace[],
): Promise<readonly Trial[]> {
  const made = await Promise.all(places.map((place) => editsAt(deps, asked, place)));
  const samples: Trial[] = [];
  for (const [at, place] of places.entries())
    samples.push(...(await samplesAt(asked, place, made[at]?.text ?? '')));
  const ofKind = (kind: FixKind) =>
    once(inTurn(made.map(({ edits }) => edits.filter((one) => one.kind === kind))));
  const reverts = await revertsOf(deps, asked, places);
  const [templates, mutations] = [ofKind('template'), ofKind('mutation')];
  const rest = Math.max(0, asked.limits.attempts - samples.length - reverts.length);
  const share = shares(rest, templates.length);
  const chosen = [...templates.slice(0, share.template), ...samples, ...mutations.slice(0, share.mutation)];
  return [...chosen.slice(0, Math.max(0, asked.limits.attempts - reverts.length)), ...reverts];
}

async function editsAt({ git, maker }: FixDeps, { tip, crash }: FixAsked, place: FaultPlace) {
  const text = (await git.readFile(tip, place.file))?.toString('utf8') ?? '';
  const { errorType, message } = crash;
  // A file that cannot be read yields nothing to try; the record then shows no attempt at it.
  const found = (await maker.candidates({ place, text, errorType, message })) ?? [];
  return { text, edits: found.filter(({ file }) => file === place.file).map((one) => trialOf(place, one)) };
}

function trialOf(place: FaultPlace, { text, ...candidate }: Candidate): Trial {
  return { ...candidate, place, files: new Map([[candidate.file, text]]) };
}

/** Lines of one statement offer the same edits. */
function once(trials: readonly Trial[]): readonly Trial[] {
  const seen = new Set<string>();
  return trials.filter(({ files }) => {
    const key = 'fault' in files ? '' : JSON.stringify([...files]);
    return !seen.has(key) && seen.add(key);
  });
}

const mostSamples = 8;

async function samplesAt({ samples }: FixAsked, place: FaultPlace, text: string): Promise<readonly Trial[]> {
  const { file, line } = place;
  const base = { kind: 'model', name: 'sample', file, line, place } as const;
  const none = (end: AttemptEnd, detail: string): Trial => ({
    ...base,
    size: 0,
    files: { fault: { end, detail } },
  });
  try {
    const answers = (await samples?.(place, text)) ?? [];
    return answers.slice(0, mostSamples).map((sample) => {
      const fault = sampleFault(file, text, sample);
      if (fault !== undefined) return none('not-allowed', fault);
      return { ...base, size: sizeOf(text, sample.text), files: new Map([[file, sample.text]]) };
    });
  } catch (error) {
    // A model that is down, or over its budget, ends no search.
    if (error instanceof AutolandError) return [none('not-measured', error.message)];
    throw error;
  }
}

/** The commit that brought a place's line, if it did so of late. */
async function revertsOf(
  deps: FixDeps,
  { crash, tip, limits }: FixAsked,
  places: readonly FaultPlace[],
): Promise<readonly Trial[]> {
  const seen = new Set<Sha>();
  const trials: Trial[] = [];
  for (const place of places) {
    const commit = place.broughtBy?.commit;
    if (commit === undefined || seen.has(commit) || !isRecent(place, crash, limits.recentDays)) continue;
    seen.add(commit);
    trials.push(await revertOf(deps.git, { tip, commit, place }));
  }
  return trials.slice(0, 2);
}
