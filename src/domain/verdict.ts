import type { JsonObject } from './json.ts';

/**
 * `abstain`: a person must decide. `not-configured` and `not-offered` pass only where the policy names them.
 * None of these is ever the answer to "something went wrong": that is `abstain`.
 */
export type Verdict = 'pass' | 'fail' | 'abstain' | 'not-configured' | 'not-offered';

export type GuardrailResult = {
  /** The guardrail's name, such as `tests`. */
  readonly name: string;
  readonly verdict: Verdict;
  /** `guardrail.what-was-found`, such as `install-scripts.added`. */
  readonly code: string;
  /** One sentence that a person understands. */
  readonly reason: string;
  readonly evidence: JsonObject;
  /** Wall-clock milliseconds. */
  readonly ms: number;
};

/** The whole set: any `fail` fails it; else any `abstain` abstains; else it passes. An empty set abstains. */
export function overallVerdict(
  results: readonly Pick<GuardrailResult, 'verdict'>[],
): 'pass' | 'fail' | 'abstain' {
  if (results.some((result) => result.verdict === 'fail')) return 'fail';
  if (results.length === 0 || results.some((result) => result.verdict === 'abstain')) return 'abstain';
  return 'pass';
}
