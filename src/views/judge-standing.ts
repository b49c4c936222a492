import {
  type CanaryOutcome,
  canaryDrawn,
  canaryJudged,
  type DrawnCanary,
  readDrawn,
  readJudged,
} from '../domain/canary.ts';
import type { Entry } from '../domain/journal.ts';
import type { Standing } from '../domain/judgement.ts';
import { counted } from '../domain/words.ts';
import { chanceBounds, logEvidenceBelowChance, type Trials } from '../stats/chance-bound.ts';
import { detectRise, type Sample } from '../stats/change-detector.ts';

/** So often a defect may be missed. */
export const tolerated = 0.05;
/** A judge that misses more is ever given standing with at most this chance, however often one looks. */
const alpha = 0.05;
/** A judge that misses no more than is tolerated has a breach for nothing at most once in so many seeded canaries. */
const logBreach = Math.log(1_000);

/** What the journal says of one judge and one class of change: who sees what is wrong in documents may be blind in code. */
export type MeasuredJudge = {
  readonly judge: string;
  readonly class: string;
  readonly panel: DrawnCanary['panel'];
  readonly families: number;
  readonly prompts: string;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  /** The seeded ones that it decided about; each miss, and what it found for the first time. */
  readonly decided: readonly Sample[];
  /** The defects that it found, by the change that they were put into: the same one found again is nothing new. */
  readonly found: ReadonlyMap<string, ReadonlySet<string>>;
  /** After how many of them it missed so many at once that what was before says nothing any more. */
  readonly breaches: readonly number[];
  readonly outcomes: { readonly [O in CanaryOutcome]: number };
};

export type JudgeMeasures = {
  /** By judge and class: `measuredOf` finds one. */
  readonly judges: ReadonlyMap<string, MeasuredJudge>;
  /** Drawn, and not judged yet: by id. */
  readonly open: ReadonlyMap<string, DrawnCanary>;
  /** Journal index of the last entry taken in; -1: none. */
  readonly upTo: number;
};

export const noMeasures: JudgeMeasures = { judges: new Map(), open: new Map(), upTo: -1 };
export const measureTypes = [canaryDrawn, canaryJudged];

export function foldMeasures(entries: readonly Entry[], from: JudgeMeasures = noMeasures): JudgeMeasures {
  const judges = new Map(from.judges);
  const open = new Map(from.open);
  let { upTo } = from;
  for (const entry of entries) {
    if (entry.index <= upTo) continue;
    upTo = entry.index;
    const drawn = entry.type === canaryDrawn ? readDrawn(entry.data) : undefined;
    if (drawn !== undefined) {
      open.set(drawn.id, drawn);
      judges.set(keyOf(drawn), judges.get(keyOf(drawn)) ?? begin(drawn, entry.at));
    }
    const judged = entry.type === canaryJudged ? readJudged(entry.data) : undefined;
    const asked = judged && open.get(judged.id);
    // Each canary counts once, and only for the judge that it was drawn for.
    if (judged === undefined || asked?.judge !== judged.judge) continue;
    open.delete(judged.id);
    const known = judges.get(keyOf(asked)) ?? begin(asked, entry.at);
    judges.set(keyOf(asked), withOutcome(known, asked, judged.outcome, entry.at));
  }
  return { judges, open, upTo };
}

/** undefined: this judge was never measured with changes of that class. */
export function measuredOf({ judges }: JudgeMeasures, judge: string, of: string): MeasuredJudge | undefined {
  return judges.get(keyOf({ judge, class: of }));
}

function keyOf({ judge, class: of }: Pick<DrawnCanary, 'judge' | 'class'>): string {
  return `${judge} ${of}`;
}

function begin(drawn: DrawnCanary, at: string): MeasuredJudge {
  const { judge, class: of, panel, families, prompts } = drawn;
  const outcomes = { caught: 0, missed: 0, elsewhere: 0, cleared: 0, 'false-veto': 0, abstained: 0 };
  const about = { judge, class: of, panel, families, prompts };
  return { ...about, first: at, last: at, decided: [], found: new Map(), breaches: [], outcomes };
}

function withOutcome(
  known: MeasuredJudge,
  { host, defect }: DrawnCanary,
  outcome: CanaryOutcome,
  at: string,
): MeasuredJudge {
  const outcomes = { ...known.outcomes, [outcome]: known.outcomes[outcome] + 1 };
  const after = { ...known, outcomes, last: at };
  // Who abstains has not looked away and has not seen it: it counts as neither.
  if (outcome !== 'caught' && outcome !== 'missed') return after;
  const before = known.found.get(host);
  const name = defect?.name ?? '';
  if (outcome === 'caught' && before?.has(name) === true) return after;
  const failures = outcome === 'missed' ? 1 : 0;
  const decided = [...known.decided, { at: new Date(at), trials: 1, failures }];
  const isBreach = failures > 0 && detectRise(decided, tolerated, logBreach).since !== undefined;
  const breaches = isBreach ? [...known.breaches, decided.length] : known.breaches;
  if (failures > 0) return { ...after, decided, breaches };
  return { ...after, decided, found: new Map(known.found).set(host, new Set([...(before ?? []), name])) };
}

/**
 * It has standing while what it found refutes that it misses too much: all of it, and what came after each breach. Both are needed: an old
 * record must not outweigh what a model has become, and a breach must not make a bad record forgotten. So one miss more never helps.
 */
export function standingOf(measured: MeasuredJudge | undefined): Standing {
  if (measured === undefined)
    return { earned: false, why: 'it has not been measured with changes of this class' };
  const all = [0, ...measured.breaches].map((from) => trialsOf(measured.decided.slice(from)));
  const earned = all.every((trials) => logEvidenceBelowChance(trials, tolerated) >= -Math.log(alpha));
  const bounds = all.map((trials) => chanceBounds(trials, alpha).upper);
  const upper = Math.max(...bounds);
  const { hits, misses } = all[bounds.indexOf(upper)] ?? { hits: 0, misses: 0 };
  const told = `it found ${misses} of ${counted(hits + misses, 'seeded defect')}`;
  const since =
    measured.breaches.length > 0 && upper !== bounds[0] ? ' since it missed too many at once' : '';
  const bound = `misses at most ${percent(upper)}, at 95 % confidence at all times`;
  const where = ` in changes of class ${measured.class}`;
  return { earned, why: `${told}${where}${since}: ${bound}, of ${percent(tolerated)} that are tolerated` };
}

export function trialsOf(decided: readonly Sample[]): Trials {
  const hits = decided.filter(({ failures }) => failures > 0).length;
  return { hits, misses: decided.length - hits };
}

/** One judge and one class, as `autoland judge` shows them. */
export type JudgeView = Pick<
  MeasuredJudge,
  'judge' | 'class' | 'panel' | 'families' | 'prompts' | 'first' | 'last' | 'outcomes'
> & {
  readonly standing: Standing;
  /** In so many different changes it found one. */
  readonly hosts: number;
  /** How often it misses a seeded defect that it decides about. */
  readonly misses: Rate;
  /** How often it vetoes what is known to be good: it costs a person's time, and no standing. */
  readonly falseVetoes: Rate;
  /** How often it missed so many at once that it had to earn its standing anew. */
  readonly breaches: number;
  /** Drawn, and without an outcome: under way, or cut off. */
  readonly open: number;
};

/** Bounds that hold at all times at once, at 95 %. */
export type Rate = { readonly of: number; readonly lower: number; readonly upper: number };

/** Newest first. */
export function viewJudges({ judges, open }: JudgeMeasures): readonly JudgeView[] {
  const drawn = [...open.values()];
  return [...judges.values()]
    .map((measured): JudgeView => {
      const { decided, breaches, found, outcomes, ...about } = measured;
      return {
        ...about,
        standing: standingOf(measured),
        outcomes,
        hosts: found.size,
        misses: rateOf(trialsOf(decided)),
        falseVetoes: rateOf({ hits: outcomes['false-veto'], misses: outcomes.cleared }),
        breaches: breaches.length,
        open: drawn.filter((one) => keyOf(one) === keyOf(measured)).length,
      };
    })
    .toSorted((a, b) => Date.parse(b.last) - Date.parse(a.last));
}

function rateOf(trials: Trials): Rate {
  return { of: trials.hits + trials.misses, ...chanceBounds(trials, alpha) };
}

export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
