import type { Sha } from '../../domain/change.ts';
import {
  type Attempt,
  type AttemptEnd,
  type Candidate,
  type FaultPlace,
  type FixKind,
  type ModelSample,
  mostMended,
} from '../../domain/crash-fix.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FixMaker } from '../../ports/fix-maker.ts';
import type { GitLander, GitReader } from '../../ports/git-host.ts';
import { sizeOf } from './candidates.ts';
import type { FixLimits } from './limits.ts';
import { byLikelihood, shares } from './rank.ts';
import { mayMend, sampleFault } from './rules.ts';
import { isRecent, type PlacesDeps } from './run-places.ts';
import { type Asked, type ReproduceDeps, type Shown, withFiles } from './run-reproduce.ts';
import { type RevertFiles, revertOf } from './run-revert.ts';
import type { Samples } from './run-samples.ts';

export type FixDeps = PlacesDeps &
  ReproduceDeps & {
    readonly git: Pick<GitReader, 'readFile' | 'diff'> & Pick<GitLander, 'revertTree'>;
    readonly maker: FixMaker;
    readonly clock: Pick<Clock, 'monotonicMs'>;
  };

export type FixAsked = Asked & {
  readonly limits: FixLimits;
  /** Who is asked for a fix where no template mends it; absent: nobody. */
  readonly samples?: Samples | undefined;
};

/** What is tried: the files that it makes, or why it is not even tried. */
export type Trial = Omit<Attempt, 'end' | 'detail'> & {
  readonly place: FaultPlace;
  readonly files: RevertFiles | { readonly fault: Pick<Attempt, 'end' | 'detail'> };
};

export type Trying = {
  readonly places: readonly [FaultPlace, ...FaultPlace[]];
  readonly shown: Shown;
  /** What was tried until now: it grows. */
  readonly tried: readonly Attempt[];
  readonly secondsLeft: () => number;
};

/** Templates, samples of a model, mutations, reverts. A model is asked only once all templates were tried: it costs, and they do not. */
export async function* trialsFor(deps: FixDeps, asked: FixAsked, trying: Trying): AsyncGenerator<Trial> {
  const { places } = trying;
  const made = await Promise.all(places.map((place) => editsAt(deps, asked, place)));
  const ofKind = (kind: FixKind) =>
    once(byLikelihood(made.map((edits) => edits.filter((one) => one.kind === kind))));
  const reverts = await revertsOf(deps, asked, places);
  const [templates, mutations] = [ofKind('template'), ofKind('mutation')];
  const edits = Math.max(0, asked.limits.attempts - reverts.length);
  const samples = Math.min(asked.samples?.most ?? 0, edits);
  const share = shares(edits - samples, templates.length);
  yield* templates.slice(0, share.template);
  yield* samplesOf(deps, asked, { ...trying, most: samples });
  yield* mutations.slice(0, share.mutation);
  yield* reverts;
}

async function editsAt({ git, maker }: FixDeps, { tip, crash }: FixAsked, place: FaultPlace) {
  const text = (await git.readFile(tip, place.file))?.toString('utf8') ?? '';
  const { errorType, message } = crash;
  // A file that cannot be read yields nothing to try; the record then shows no attempt at it.
  const found = (await maker.candidates({ place, text, errorType, message })) ?? [];
  return found.filter(({ file }) => file === place.file).map((one) => trialOf(place, one));
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

type Asking = Trying & { readonly most: number };

/** Each is told what came of those before it. */
async function* samplesOf(deps: FixDeps, asked: FixAsked, asking: Asking): AsyncGenerator<Trial> {
  const texts = await mendable(deps, asked, asking);
  for (let n = 1; n <= asking.most && asking.secondsLeft() > 0; n += 1) {
    const found = await sampleNow(asked, asking, [...texts.keys()]);
    yield await sampleTrial(deps, { asked, asking, texts, n }, found);
    if (found.kind === 'away') return;
  }
}

/** Files of the crash as the tip has them: those that it went through, and no others. */
async function mendable({ git }: FixDeps, { crash, tip }: FixAsked, { places }: Trying) {
  const paths = new Set([...places, ...crash.frames].map(({ file }) => file).filter(mayMend));
  const texts = new Map<string, string>();
  for (const path of paths) {
    const bytes = await git.readFile(tip, path);
    if (bytes !== undefined) texts.set(path, bytes.toString('utf8'));
  }
  return texts;
}

async function sampleNow(
  { samples, crash }: FixAsked,
  { shown, tried, secondsLeft }: Asking,
  files: readonly string[],
): Promise<ModelSample> {
  const ends = tried.filter(({ kind }) => kind === 'model').map(({ end, detail }) => `${end}: ${detail}`);
  const before = ends.length === 0 ? undefined : ends.join('\n');
  // Half, so that a slow one leaves time for what comes after it.
  const seconds = Math.ceil(secondsLeft() / 2);
  try {
    const found = await samples?.next({ crash, shown, files, seconds, before });
    return found ?? { kind: 'away', why: 'No model is configured.' };
  } catch (error) {
    // A model that has no place on this machine ends no search.
    if (error instanceof AutolandError) return { kind: 'away', why: error.message };
    throw error;
  }
}

type Sampled = {
  readonly asked: FixAsked;
  readonly asking: Asking;
  readonly texts: ReadonlyMap<string, string>;
  readonly n: number;
};

async function sampleTrial(deps: FixDeps, sampled: Sampled, found: ModelSample): Promise<Trial> {
  const { asking, texts, n } = sampled;
  const made = found.kind === 'made' ? [...found.files.keys()] : [];
  const place = asking.places.find(({ file }) => made.includes(file)) ?? asking.places[0];
  const base = { kind: 'model', name: `sample-${n}`, place, file: place.file, line: place.line } as const;
  const not = (end: AttemptEnd, detail: string): Trial => ({
    ...base,
    size: 0,
    files: { fault: { end, detail } },
  });
  if (found.kind !== 'made') return not('no-answer', found.why);
  const fault = sampleFault(found.files, texts) ?? (await tooLarge(deps, sampled, found.files));
  if (fault !== undefined) return not('not-allowed', fault);
  const sizes = [...found.files].map(([path, text]) => sizeOf(texts.get(path) ?? '', text));
  return { ...base, size: sizes.reduce((sum, size) => sum + size, 0), files: found.files };
}

async function tooLarge(
  { git }: FixDeps,
  { asked: { crash }, asking: { shown } }: Sampled,
  files: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const tree = await withFiles(git, { crash }, { base: shown.base, files });
  const changes = await git.diff(shown.base, tree);
  const lines = changes.reduce((sum, { added, removed }) => sum + added + removed, 0);
  return lines > mostMended.lines ? `It changes ${lines} lines, over ${mostMended.lines}.` : undefined;
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
