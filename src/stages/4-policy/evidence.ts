import type { Demotion } from '../../domain/autonomy.ts';
import type { AutonomyLevel } from '../../domain/change.ts';
import type { Classification, GuardrailsReport, JudgeReport } from '../../domain/stage.ts';
import type { FlagRemoval } from './flag-removal.ts';

/** All that a decision rests on besides the policy. */
export type Evidence = {
  readonly classification: Pick<Classification, 'class' | 'files' | 'packages' | 'protectedPaths'>;
  readonly guardrails: GuardrailsReport;
  readonly judge: JudgeReport;
  /** The flags that it was proved to remove, and what the journal knows of them; undefined: it was not. */
  readonly removal: FlagRemoval | undefined;
  /** Who proposed it, such as `agent:dependency`. */
  readonly source: string;
  /** The protected branch that it wants to land on. */
  readonly target: string;
  /** What the autonomy data of the protected branch give its class, as far as demotions leave it. */
  readonly level: AutonomyLevel;
  /** Why its class has less than the branch gives it; undefined: it has all of that. */
  readonly demotion: Demotion | undefined;
  /** What it touches of which a rollback undoes nothing; []: nothing, or it is never deployed, or takes something back. */
  readonly irreversible: readonly string[];
  /** Why autonomy is stopped; undefined: it is not. */
  readonly stopped: string | undefined;
  /** Why nothing may land now (a window, the daily cap); undefined: it may. */
  readonly frozen: string | undefined;
  /** The signatures on the policy were checked and suffice. */
  readonly signed: boolean;
  /** A person who started autoland allowed a policy without them. */
  readonly unsignedAllowed: boolean;
};

/** A check that could not be made. */
export type Gap = { readonly check: string; readonly answer: 'not-configured' | 'not-offered' };

/** Each needs a policy that waives it. */
export function gapsOf({ guardrails, judge }: Pick<Evidence, 'guardrails' | 'judge'>): readonly Gap[] {
  const gaps = guardrails.results.flatMap(({ name, verdict }): Gap[] =>
    verdict === 'not-configured' || verdict === 'not-offered' ? [{ check: name, answer: verdict }] : [],
  );
  return judge.verdict === 'not-configured' ? [...gaps, { check: 'judge', answer: 'not-configured' }] : gaps;
}
