import type { TestReport, TestRun } from '../../../domain/test-comparison.ts';
import { counted } from '../../../domain/words.ts';
import { type Finding, guardrail } from '../facts.ts';
import type { ReproductionFacts } from './facts.ts';

type Runs = NonNullable<Extract<ReproductionFacts, { asked: true }>['runs']>;

/** A change that claims to mend a crash brings a test that fails without it, each time, and passes with it. */
export const reproduction = guardrail('reproduction', ['reproduced'], ({ reproduced }) => {
  if (!reproduced.asked) {
    const reason = `The change is of class ${reproduced.class}: it claims to mend no crash.`;
    return { verdict: 'pass', code: 'reproduction.not-asked', reason, evidence: {} };
  }
  if (reproduced.runs === undefined) return abstain('not-run', 'No test command is configured.');
  return judge(reproduced.runs);
});

function judge({ base, baseRerun, head }: Runs): Finding {
  const after = reportOf(head);
  if (after === undefined || head.kind !== 'ran' || head.code !== 0 || after.tests === undefined)
    return abstain('unclear', "The change's own tests do not pass with it by name.");
  if (base.kind === 'ran' && base.code === 0)
    return fail('passes-before', "The change's own tests pass without it: they show no fault.");
  const [first, again] = [reportOf(base), baseRerun && reportOf(baseRerun)];
  if (first?.tests === undefined || again?.tests === undefined)
    return abstain('unclear', "What fails of the change's own tests without it cannot be read.");
  const passing = namesOf(after, 'ok');
  const failing = namesOf(again, 'not-ok');
  const mended = [...namesOf(first, 'not-ok')].filter((name) => failing.has(name) && passing.has(name));
  if (mended.length === 0)
    return abstain('unclear', 'No test fails without the change each time, and passes with it.');
  return {
    verdict: 'pass',
    code: 'reproduction.fails-before',
    reason: `${counted(mended.length, 'test fails', 'tests fail')} without the change, each time, and ${mended.length === 1 ? 'passes' : 'pass'} with it.`,
    evidence: { tests: mended.slice(0, 10).map((name) => name.slice(0, 200)), count: mended.length },
  };
}

function reportOf(run: TestRun): TestReport | undefined {
  return run.kind === 'ran' && run.report?.complete === true ? run.report : undefined;
}

/** A name that several tests have says nothing of any of them. */
function namesOf({ tests = [] }: TestReport, state: 'ok' | 'not-ok'): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { name } of tests) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Set(
    tests.filter((test) => test.state === state && counts.get(test.name) === 1).map(({ name }) => name),
  );
}

function abstain(code: string, reason: string): Finding {
  return { verdict: 'abstain', code: `reproduction.${code}`, reason, evidence: {} };
}

function fail(code: string, reason: string): Finding {
  return { verdict: 'fail', code: `reproduction.${code}`, reason, evidence: {} };
}
