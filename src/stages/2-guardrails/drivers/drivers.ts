import type { Driver, DriverAuthor, DriverEvidence, DriverTrials } from '../../../domain/driver.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { counted } from '../../../domain/words.ts';
import type { Difference } from '../characterization/compare.ts';
import { cut, row, shown } from '../characterization/told.ts';
import { goesBack } from '../check.ts';
import { type Finding, guardrail } from '../facts.ts';
import { dropOf, isKept } from './admit.ts';
import { compareDriver } from './compare-driver.ts';
import type { DriverFacts } from './facts.ts';

type Tried = Extract<DriverFacts, { kind: 'tried' }>;
type UndrivenKind = Exclude<DriverFacts['kind'], 'revert' | 'tried' | 'unanswered'>;
type Verdict = Finding['verdict'];

/** What is found without any driver. */
const plain: Readonly<Record<UndrivenKind, readonly [verdict: Verdict, code: string, reason: string]>> = {
  nothing: [
    'pass',
    'nothing-to-drive',
    'Neither a package alone nor code that could be wrong changes: there is nothing to drive.',
  ],
  'not-configured': [
    'not-configured',
    'not-configured',
    'No model writes drivers: characterization.drivers is null.',
  ],
  'no-tests': ['not-configured', 'no-tests', 'No test command is configured.'],
  'no-faults': [
    'not-configured',
    'no-faults',
    'No fault is tried, since mutation.mutants is 0, so no driver could prove its worth.',
  ],
  'not-reached': [
    'pass',
    'not-reached',
    'No test calls a function of a package that changes: no fault can be made there.',
  ],
  unmeasured: [
    'abstain',
    'unmeasured',
    "What the project's own tests leave unnoticed could not be measured.",
  ],
  'nothing-left': [
    'pass',
    'nothing-left',
    "The project's own tests notice each fault that was tried: a driver has nothing to add.",
  ],
};

/**
 * What a model's tests see of what changes is the same as before. The model only writes what is called: the recorder says what came of
 * it, so no word of the model's counts, and what differs is for a person.
 */
export const drivers = guardrail('drivers', ['drivers'], ({ drivers: facts }) => {
  if (facts.kind === 'revert') return goesBack('drivers');
  if (facts.kind === 'tried') return judge(facts, facts.trials);
  if (facts.kind !== 'unanswered') return finding(...plain[facts.kind]);
  return finding(
    'not-offered',
    'unanswered',
    `No driver was written: ${cut(facts.why)}.`,
    authorIn(facts.author),
  );
});

/** The drivers that were kept, and what of them was seen. */
export function keptDrivers({ drivers: all, trials }: Pick<Tried, 'drivers' | 'trials'>): readonly {
  readonly driver: Driver;
  readonly evidence: DriverEvidence;
}[] {
  if (trials.kind !== 'tried') return [];
  return all.flatMap((driver, at) => {
    const evidence = trials.drivers[at];
    return evidence !== undefined && isKept(evidence, trials.idle) ? [{ driver, evidence }] : [];
  });
}

function judge(facts: Tried, trials: DriverTrials): Finding {
  if (trials.kind === 'not-ready') {
    const reason = `The ${trials.phase} of the ${trials.side} does not succeed, so no driver was run.`;
    return finding('abstain', 'not-run', reason, authorIn(facts.author));
  }
  const kept = keptDrivers(facts);
  const evidence = evidenceOf(facts, trials, kept.length);
  if (kept.length === 0) {
    const reason = `None of ${counted(facts.drivers.length + facts.screened.length, 'driver')} ${byWhom(facts.author)} was kept${firstWhy(evidence)}.`;
    return finding('not-offered', 'none-kept', reason, evidence);
  }
  const compared = kept.map((one) => compareDriver(one.evidence));
  const differences = compared.flatMap((one) => one.differences);
  const [worst] = differences;
  if (worst !== undefined) return differs(worst, { differences, author: facts.author, evidence });
  const doubt = compared.find((one) => one.doubt !== undefined)?.doubt;
  if (doubt !== undefined) return finding('abstain', 'not-compared', `${doubt}.`, evidence);
  const calls = compared.reduce((sum, one) => sum + one.calls, 0);
  const reason = `${counted(kept.length, 'driver')} ${byWhom(facts.author)}, ${counted(calls, 'call')} in all, saw the same of the new as of the old.`;
  return finding('pass', 'same', reason, { ...evidence, calls });
}

type Differing = {
  readonly differences: readonly Difference[];
  readonly author: DriverAuthor;
  readonly evidence: JsonObject;
};

function differs(worst: Difference, { differences, author, evidence }: Differing): Finding {
  const what = `${worst.call} (${worst.facet}): old ${worst.old}, new ${worst.new}`;
  const more = differences.length === 1 ? '' : ` (and ${differences.length - 1} more)`;
  const reason = `A driver ${byWhom(author)} sees of ${cut(worst.package)}: ${cut(what)}${more}.`;
  const rows = differences.slice(0, shown).map(row);
  return finding('abstain', 'differs', reason, { differences: rows, count: differences.length, ...evidence });
}

function evidenceOf(
  { author, drivers: all, screened, faults }: Tried,
  { idle, drivers: seen }: Extract<DriverTrials, { kind: 'tried' }>,
  kept: number,
): JsonObject {
  const dropped = seen.flatMap((evidence) => {
    const drop = dropOf(evidence, idle);
    return drop === undefined ? [] : [{ code: drop.code, why: cut(drop.why) }];
  });
  const unread = screened.map((why) => ({ code: 'screened', why: cut(why) }));
  const noticed = new Set(seen.flatMap((one) => one.faults?.noticed ?? []));
  return {
    ...authorIn(author),
    written: all.length + screened.length,
    kept,
    dropped: [...unread, ...dropped].slice(0, shown),
    faults,
    noticed: noticed.size,
    traced: idle.kind === 'ended' && idle.seen.systemCalls?.traced === true,
  };
}

function firstWhy({ dropped }: JsonObject): string {
  const [first] = Array.isArray(dropped) ? dropped : [];
  const why = typeof first === 'object' && first !== null && 'why' in first ? String(first.why) : undefined;
  return why === undefined ? '' : `: of the first, ${why}`;
}

function byWhom({ name, scripted }: DriverAuthor): string {
  return `by ${name}${scripted ? ' (scripted)' : ''}`;
}

function authorIn(author: DriverAuthor | undefined): JsonObject {
  return author === undefined ? {} : { author: { ...author } };
}

function finding(verdict: Verdict, code: string, reason: string, evidence: JsonObject = {}): Finding {
  return { verdict, code: `drivers.${code}`, reason, evidence };
}
