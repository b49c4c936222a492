import type { JsonObject } from '../../../domain/json.ts';
import type { Mutant, MutantState, MutationRun } from '../../../domain/mutation.ts';
import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { type Finding, guardrail } from '../facts.ts';
import { boundaryFinding } from './boundary/boundary.ts';
import { inOrder, type Missed, missingTests, placeOf, sentenceOf } from './missing-tests.ts';
import type { MutationPlan } from './plan.ts';

type Ran = Extract<MutationRun, { kind: 'ran' }>;

/** The tests that judge a change notice each small fault that could be in its lines. */
export const mutation = guardrail('mutation', ['mutation'], ({ mutation: facts }) => {
  switch (facts.kind) {
    case 'switched-off':
      return finding('not-configured', 'switched-off', 'It is switched off: mutation.mutants is 0.');
    case 'no-tests':
      return finding('not-configured', 'not-configured', 'No test command is configured.');
    case 'no-source':
      return finding('pass', 'nothing-to-mutate', 'No JavaScript or TypeScript source changes its meaning.');
    case 'unwatched':
      return facts.why === 'disturbed'
        ? finding('abstain', 'disturbed', 'The tests pass, but not while packages are being watched.')
        : finding('abstain', 'tests-red', 'The tests do not pass, so nothing can be measured.');
    case 'boundary':
      return boundaryFinding(facts.plan, facts.run);
    case 'planned':
      return plannedFinding(facts.plan, facts.run);
  }
});

function plannedFinding(plan: MutationPlan, run: MutationRun | undefined): Finding {
  const unplanned = obstacleOf(plan);
  if (unplanned !== undefined) return unplanned;
  if (run === undefined) return finding('abstain', 'not-run', 'The faults that were planned were not tried.');
  if (run.kind === 'red') {
    const reason = `Without any fault the ${run.phase} of the head does not succeed, so nothing can be measured.`;
    return finding('abstain', 'tests-red', reason, { output: run.tail });
  }
  return ranFinding(plan, run);
}

function obstacleOf(plan: MutationPlan): Finding | undefined {
  const [path] = plan.unreadable;
  if (path !== undefined) {
    const reason = `${printable(path).slice(0, 300)} cannot be read as a module, so no fault can be made in it.`;
    const unreadable = plan.unreadable.slice(0, 10).map((each) => printable(each).slice(0, 300));
    return finding('abstain', 'unreadable', reason, { unreadable });
  }
  const [silenced] = plan.silenced;
  if (silenced !== undefined) {
    const reason = `${placeOf(silenced)} asks by a comment that no fault is made there.`;
    return finding('abstain', 'silenced', reason, { silenced: places(plan.silenced) });
  }
  const count = plan.mutants.length;
  if (count === 0)
    return finding('pass', 'nothing-to-mutate', 'No line that changes holds code to make a fault in.');
  if (plan.chosen.length > 0) return undefined;
  const reason = `${counted(count, 'fault')} can be made in the lines that change, over the limit of ${plan.limit}.`;
  return finding('abstain', 'too-many', reason, { mutants: count, limit: plan.limit });
}

function ranFinding(plan: MutationPlan, run: Ran): Finding {
  const evidence = evidenceOf(plan, run);
  if (!run.steady) {
    const reason = 'The tests fail at the end without any fault too, so their failures say nothing.';
    return finding('abstain', 'unsteady', reason, evidence);
  }
  const missed = missedIn(plan, run);
  const [first] = inOrder(missed);
  if (first !== undefined) {
    const more = missed.length === 1 ? '' : ` (and ${missed.length - 1} more)`;
    const reason = `${placeOf(first.mutant)}: ${sentenceOf(first).slice(0, -1)}${more}.`;
    return finding('abstain', 'survived', reason, { missing: [...missingTests(missed)], ...evidence });
  }
  const untried = plan.chosen.filter(({ id }) => !run.states.has(id));
  if (untried.length > 0) {
    const reason = `There was no time to try ${untried.length} of ${counted(plan.chosen.length, 'fault')}.`;
    return finding('abstain', 'out-of-time', reason, { ...evidence, untried: places(untried) });
  }
  return finding('pass', 'noticed', noticed(plan), evidence);
}

function noticed({ chosen, mutants }: MutationPlan): string {
  if (chosen.length < mutants.length)
    return `The tests notice each of ${chosen.length} faults, a sample of the ${mutants.length} that the changed lines allow.`;
  return chosen.length === 1
    ? 'The tests notice the one fault that the changed lines allow.'
    : `The tests notice each of the ${chosen.length} faults that the changed lines allow.`;
}

function missedIn({ chosen }: MutationPlan, { states }: Ran): readonly Missed[] {
  return chosen.flatMap((mutant) => {
    const state = states.get(mutant.id);
    return state === 'survived' || state === 'unreached' ? [{ mutant, state }] : [];
  });
}

function evidenceOf({ mutants, chosen, skipped }: MutationPlan, { states, testMs }: Ran): JsonObject {
  const count = (wanted: MutantState) => chosen.filter(({ id }) => states.get(id) === wanted).length;
  return {
    mutants: mutants.length,
    ...(skipped > 0 && { skipped }),
    tried: chosen.length,
    killed: count('killed'),
    timeout: count('timeout'),
    survived: count('survived'),
    unreached: count('unreached'),
    testMs: Math.round(testMs),
  };
}

function places(mutants: readonly Mutant[]): string[] {
  return [...new Set(mutants.map(placeOf))].slice(0, 10);
}

function finding(
  verdict: Finding['verdict'],
  code: string,
  reason: string,
  evidence: JsonObject = {},
): Finding {
  return { verdict, code: `mutation.${code}`, reason, evidence };
}
