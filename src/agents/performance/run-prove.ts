import type { Sha } from '../../domain/change.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { Benchmarker } from '../../ports/benchmarker.ts';
import type { TestCommands, TestRunner } from '../../ports/test-runner.ts';
import { judgeOwn } from '../../stages/2-guardrails/characterization/own-code.ts';
import { type Candidate, callsFor } from './candidates.ts';
import { shownGain, weighGain } from './gain.ts';
import type { Proof } from './proposal.ts';

export type ProvingDeps = {
  readonly tests: Pick<TestRunner, 'compare'>;
  readonly benchmarker: Benchmarker;
};

export type ProvingRules = {
  readonly commands: TestCommands;
  /** The project's own; null: the calls that its tests make. */
  readonly benchmark: string | null;
  readonly pairs: number;
  readonly seconds: number;
  readonly alpha: number;
  readonly leastGain: number;
};

export type Proved = { readonly kind: 'proved'; readonly proof: Proof } | Doubt;
export type Doubt = { readonly kind: 'doubt'; readonly word: string; readonly reason: string };

/** That the head's file does what the base's did, where the tests call it, and does it faster. */
export async function prove(
  { tests, benchmarker }: ProvingDeps,
  rules: ProvingRules,
  candidate: Candidate,
  sides: { readonly base: Sha; readonly head: Sha },
): Promise<Proved> {
  const { path } = candidate;
  const observe = { packages: [], modules: [path] };
  const seen = await tests.compare(rules.commands, { ...sides, judgedBy: 'base', observe });
  const same = behaviourOf(seen, path);
  if (same.kind === 'doubt') return same;
  const { calls, workload } = workloadOf(candidate, rules, seen);
  if (calls.length === 0)
    return doubt(
      'no-calls',
      'The tests were not seen to call it with plain data: name agents.performance.benchmark.',
    );
  const { pairs, seconds, alpha } = rules;
  const run = await benchmarker.compare(rules.commands, { ...sides, calls, pairs, seconds });
  if (run.kind === 'failed') return doubt('unmeasured', `The benchmark ${run.why}.`);
  const { kind, gain } = weighGain(run.pairs, rules);
  if (gain === null) return doubt('unmeasured', `${pairs} pairs show nothing at an alpha of ${alpha}.`);
  if (kind === 'not-shown')
    return doubt(
      'no-gain',
      `It was measured to be ${shownGain(gain)}: no gain of ${rules.leastGain} % is shown.`,
    );
  return { kind: 'proved', proof: { run, gain, alpha, workload, compared: same.compared } };
}

function behaviourOf(
  seen: TestComparison,
  path: string,
): { readonly kind: 'same'; readonly compared: number } | Doubt {
  const red = [seen.base, seen.head].find((run) => !isGreen(run));
  if (red !== undefined)
    return doubt('tests', `The tests of the ${red === seen.base ? 'base' : 'change'} do not pass.`);
  const { code, reason, evidence } = judgeOwn(
    { modules: [path], omitted: 0, observed: seen.observed },
    'lint',
  );
  // Whatever else lets a change of that class pass is proved for that class, and not for this one.
  if (code !== 'characterization.own-same')
    return doubt('behaviour', `It is not shown to do the same: ${reason}`);
  const rows = Array.isArray(evidence.coverage) ? evidence.coverage.filter(isRecord) : [];
  return { kind: 'same', compared: rows.reduce((sum, row) => sum + Number(row.compared), 0) };
}

function isGreen(run: TestRun): boolean {
  return run.kind === 'ran' && run.code === 0;
}

function workloadOf(
  candidate: Candidate,
  { benchmark }: ProvingRules,
  { observed }: TestComparison,
): { readonly calls: readonly RecordedCall[]; readonly workload: string } {
  if (benchmark !== null)
    return {
      calls: [{ package: benchmark, kind: 'call', steps: [benchmark], args: [] }],
      workload: `the benchmark ${benchmark}`,
    };
  const recorded = observed?.kind === 'observed' ? (observed.base[0].inputs ?? []) : [];
  return { calls: callsFor(candidate, recorded), workload: 'the calls that the tests make' };
}

function doubt(word: string, reason: string): Doubt {
  return { kind: 'doubt', word, reason };
}
