import type { JsonObject } from '../../../../domain/json.ts';
import type { MutantState, MutationRun } from '../../../../domain/mutation.ts';
import { printable } from '../../../../domain/printable.ts';
import { counted } from '../../../../domain/words.ts';
import type { Finding } from '../../facts.ts';
import type { BoundaryPlan, PlannedMutant } from './plan.ts';
import type { UsedPath } from './used-paths.ts';

type Ran = Extract<MutationRun, { kind: 'ran' }>;

/** How the tests did with the faults of one path. */
type Score = {
  readonly path: UsedPath;
  readonly made: number;
  readonly noticed: number;
  readonly missed: readonly PlannedMutant[];
  readonly untried: number;
};

const shown = 10;
/** A path whose tests notice fewer of its faults is as good as not looked at. */
const leastNoticed = 0.8;

/** Whether the tests would notice if the packages that change answered something else. */
export function boundaryFinding(plan: BoundaryPlan, run: MutationRun | undefined): Finding {
  const [idle] = plan.idle;
  if (idle !== undefined) {
    const reason = `${quote(idle)} is loaded by the tests, and nothing of it is used: they say nothing of it.`;
    return finding('abstain', 'boundary-not-exercised', reason, {
      packages: plan.idle.slice(0, shown).map(cut),
    });
  }
  if (plan.mutants.length === 0)
    return finding('pass', 'nothing-to-mutate', 'No test calls a function of a package that changes.');
  if (run === undefined) return untriedFinding(plan);
  if (run.kind === 'red') {
    const reason = `Without any fault the ${run.phase} of the base does not succeed, so nothing can be measured.`;
    return finding('abstain', 'tests-red', reason, { output: run.tail });
  }
  if (!run.steady) {
    const reason = 'The tests fail at the end without any fault too, so their failures say nothing.';
    return finding('abstain', 'unsteady', reason);
  }
  return ranFinding(plan, run);
}

function untriedFinding({ mutants, limit, chosen }: BoundaryPlan): Finding {
  if (chosen.length > 0) return finding('abstain', 'not-run', 'The faults that were planned were not tried.');
  const count = mutants.length;
  const reason = `${counted(count, 'fault')} can be made in what packages answer, over the limit of ${limit}.`;
  return finding('abstain', 'too-many', reason, { mutants: count, limit });
}

function ranFinding(plan: BoundaryPlan, run: Ran): Finding {
  const scores = plan.paths.map((path) => scoreOf(path, plan.chosen, run));
  const tried = scores.filter(({ made, missed, untried }) => made + missed.length + untried > 0);
  const unwatched = tried.filter((score) => score.untried === 0 && !isWatched(score));
  const untried = tried.filter((score) => score.untried > 0);
  const evidence = evidenceOf(plan, run, scores);
  const [open] = unwatched.filter(({ path }) => !path.isCompared);
  if (open !== undefined) {
    const reason = `${sentenceOf(open)}, and not all that it does could be compared with the new version.`;
    return finding('abstain', 'boundary-unwatched', reason, evidence);
  }
  const late = untried.filter(({ path }) => !path.isCompared);
  if (late.length > 0) {
    const reason = `There was no time to try all faults of ${counted(late.length, 'function')}, such as ${quote(late[0]?.path.path ?? '')}.`;
    return finding('abstain', 'out-of-time', reason, evidence);
  }
  const [weak] = [...unwatched, ...untried];
  return weak === undefined ? watched(plan, scores, evidence) : advisory(unwatched, untried, evidence);
}

function scoreOf(path: UsedPath, chosen: readonly PlannedMutant[], { states }: Ran): Score {
  const own = chosen.filter(({ of }) => of === path);
  const inState = (...wanted: readonly (MutantState | undefined)[]) =>
    own.filter(({ id }) => wanted.includes(states.get(id)));
  const noticed = inState('killed', 'timeout').length;
  const survived = inState('survived');
  const untried = inState(undefined).length;
  const made = noticed + survived.length;
  // Where no fault could be made, none was noticed.
  const missed = made > 0 ? survived : inState('unreached');
  return { path, made, noticed, missed, untried };
}

const isWatched = ({ made, noticed }: Score): boolean => made > 0 && noticed >= leastNoticed * made;

function watched({ chosen, mutants }: BoundaryPlan, scores: readonly Score[], evidence: JsonObject): Finding {
  const [noticed, made] = [sum(scores, 'noticed'), sum(scores, 'made')];
  const sample = chosen.length < mutants.length ? `, a sample of ${mutants.length},` : '';
  const reason = `The tests notice ${noticed} of ${counted(made, 'fault')}${sample} in what changed packages answer.`;
  return finding('pass', 'boundary-watched', reason, evidence);
}

function advisory(unwatched: readonly Score[], untried: readonly Score[], evidence: JsonObject): Finding {
  const [first] = unwatched;
  const what =
    first === undefined
      ? `There was no time to try all faults of ${counted(untried.length, 'function')}`
      : sentenceOf(first);
  const reason = `${what}; but each call was seen to answer the same in both versions.`;
  return finding('pass', 'boundary-advisory', reason, evidence);
}

function sentenceOf({ path, missed }: Score): string {
  const how = missed[0]?.fault;
  const unmade = how === undefined ? 'answers something else' : faultTexts[how](path);
  return `No test notices when ${quote(path.path)} ${unmade}`;
}

const faultTexts = {
  throw: ({ promises }: UsedPath) => (promises ? 'rejects' : 'throws'),
  nothing: ({ path }: UsedPath) => (path.startsWith('new ') ? 'makes an empty object' : 'answers undefined'),
  other: () => 'answers another value',
} as const;

function evidenceOf(plan: BoundaryPlan, { states, testMs }: Ran, scores: readonly Score[]): JsonObject {
  const missing = scores.filter((score) => score.missed.length > 0);
  const worst = missing.toSorted((a, b) => Number(a.path.isCompared) - Number(b.path.isCompared));
  return {
    mutants: plan.mutants.length,
    tried: states.size,
    noticed: sum(scores, 'noticed'),
    made: sum(scores, 'made'),
    functions: scores.length,
    missing: worst.slice(0, shown).map(row),
    testMs: Math.round(testMs),
  };
}

function row(score: Score): JsonObject {
  const { path, made, noticed, missed } = score;
  return {
    package: cut(path.package),
    what: `${sentenceOf(score)}.`,
    faults: missed.map(({ fault }) => fault),
    noticed: `${noticed} of ${made}`,
    compared: path.isCompared,
  };
}

const sum = (scores: readonly Score[], key: 'noticed' | 'made') =>
  scores.reduce((all, score) => all + score[key], 0);
const cut = (text: string) => printable(text).slice(0, 300);
const quote = (text: string) => `\`${cut(text).slice(0, 120)}\``;

function finding(
  verdict: Finding['verdict'],
  code: string,
  reason: string,
  evidence: JsonObject = {},
): Finding {
  return { verdict, code: `mutation.${code}`, reason, evidence };
}
