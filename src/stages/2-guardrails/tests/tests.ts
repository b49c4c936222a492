import { flakeEvidence } from '../../../domain/flakes.ts';
import type { TestComparison, TestRun } from '../../../domain/test-comparison.ts';
import { counted } from '../../../domain/words.ts';
import { mayHoldTests } from '../../../flag-off/code-files.ts';
import { type Finding, guardrail } from '../facts.ts';
import { tricksIn } from '../test-edits/edits.ts';
import { offTestsFail } from './off-tests.ts';
import { flakesOf, withoutQuarantined } from './quarantine.ts';
import { type Compared, finding, mends, type Rule, reportOf, rules } from './rules.ts';

type Ran = Extract<TestRun, { kind: 'ran' }>;

/** The base's tests pass on the head as they pass on the base: as many, none newly skipped, to the end of the plan. */
export const tests = guardrail('tests', ['tests'], ({ tests: runs }) => {
  if (!runs.configured) {
    return finding('not-configured', 'tests.not-configured', 'No test command is configured.', {});
  }
  const settled = settle(runs);
  const found = worse(worse(firstOf(settled), offTestsFail(settled)), tricks(settled));
  if (found !== undefined) return { ...found, evidence: { ...found.evidence, ...evidenceOf(runs) } };
  const ok = reportOf(settled.head)?.counts.ok ?? 0;
  if (mends(settled)) {
    const mended = `${counted(ok, 'test passes', 'tests pass')} on the head, and the base is red.`;
    return finding('pass', 'tests.mended', mended, evidenceOf(runs));
  }
  const gone = runs.offTests?.cases.length ?? 0;
  const also = gone === 0 ? '' : `; ${counted(gone, 'off-test goes', 'off-tests go')}`;
  const reason = `${counted(ok, 'test passes', 'tests pass')} on the head, as on the base${also}.`;
  return finding('pass', 'tests.passed', reason, evidenceOf(runs));
});

/** Without what people have put into quarantine. A base that is red only at times is as good as its better run. */
function settle(runs: Compared): Compared {
  const { offTests, quarantined } = runs;
  const settled = { ...runs, ...settleRuns(runs, quarantined) };
  if (offTests === undefined) return settled;
  return { ...settled, offTests: { ...offTests, onHead: settleRuns(offTests.onHead, quarantined) } };
}

function settleRuns(
  { base, baseRerun, head, rerun }: TestComparison,
  quarantined: Compared['quarantined'],
): TestComparison {
  const seen = (run: TestRun) => withoutQuarantined(run, quarantined);
  const again = baseRerun && seen(baseRerun);
  const first = seen(base);
  return {
    base: isRed(first) && again !== undefined && !isRed(again) ? again : first,
    baseRerun: again,
    head: seen(head),
    rerun: rerun && seen(rerun),
  };
}

const isRed = (run: TestRun): boolean => run.kind === 'ran' && run.code !== 0;

function firstOf(runs: Compared): Finding | undefined {
  for (const rule of rules) {
    const found = rule(runs);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What could not be measured never hides what was found in the change itself. */
function worse(ran: Finding | undefined, read: Finding | undefined): Finding | undefined {
  if (ran === undefined || read === undefined) return ran ?? read;
  const first = read.verdict === 'fail' && ran.verdict !== 'fail' ? read : ran;
  return { ...first, evidence: { ...read.evidence, ...first.evidence } };
}

/** Class `other` may mean it: a person looks. No other class has a reason to. */
const tricks: Rule = ({ class: changeClass, edits, offTests }) => {
  // Those that lose whole test cases and nothing else are judged by their runs.
  const isRead = ({ path }: { path: string }) => offTests === undefined || !mayHoldTests(path);
  const found = tricksIn({ ...edits, changed: edits.changed.filter(isRead) });
  const [first] = found;
  if (first === undefined) return undefined;
  const more = found.length === 1 ? '' : ` (and ${found.length - 1} more)`;
  const reason = `${first.path}:${first.line} ${first.detail}${more}.`.slice(0, 500);
  const evidence = found.slice(0, 10).map((trick) => ({ ...trick, path: trick.path.slice(0, 300) }));
  return finding(changeClass === 'other' ? 'abstain' : 'fail', first.code, reason, { tricks: evidence });
};

function evidenceOf({ base, baseRerun, head, rerun, quarantined, offTests }: Compared): Finding['evidence'] {
  return {
    base: shortOf(base),
    ...(baseRerun && { baseRerun: shortOf(baseRerun) }),
    head: shortOf(head),
    ...(rerun && { rerun: shortOf(rerun) }),
    ...(offTests && { offTests: goneOf(offTests) }),
    // Also those in quarantine: whether they still flake is to be seen.
    ...flakeEvidence({ base: flakesOf(base, baseRerun), head: flakesOf(head, rerun) }, quarantined),
  };
}

/** What goes with a flag, and what the base's tests say with it on. */
function goneOf({ cases, onHead }: NonNullable<Compared['offTests']>): Finding['evidence'] {
  const { head, rerun } = onHead;
  const shown = cases.slice(0, 10).map(({ path, line, titles }) => ({
    path: path.slice(0, 300),
    line,
    test: titles.join(' > ').slice(0, 200),
  }));
  return {
    count: cases.length,
    cases: shown,
    flagOn: shortOf(head),
    ...(rerun && { flagOnAgain: shortOf(rerun) }),
  };
}

function shortOf(run: TestRun): Finding['evidence'] {
  if (run.kind !== 'ran') return { kind: run.kind };
  return { kind: run.kind, code: run.code, ms: Math.round(run.ms), ...countsOf(run) };
}

function countsOf({ report }: Ran): Finding['evidence'] {
  return report === undefined ? {} : { ...report.counts, complete: report.complete };
}
