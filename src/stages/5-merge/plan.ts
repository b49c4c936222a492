import type { Demotion } from '../../domain/autonomy.ts';
import type { Sha } from '../../domain/change.ts';
import type { Conclusion } from '../../domain/decision.ts';
import { demotionReason } from '../../views/autonomy.ts';

/** Everything that decides whether the branch may be moved now. */
export type MergeFacts = {
  /** Why autonomy is stopped; undefined: it is not. */
  readonly stopped: string | undefined;
  /** Why no merge may happen at this hour or any more today; undefined: it may. */
  readonly frozen: string | undefined;
  /** Why changes of its class may not be merged any more; undefined: they may. */
  readonly demotion: Demotion | undefined;
  /** When the policy decided. */
  readonly decidedAt: Date;
  readonly now: Date;
  readonly tip: Sha;
  /** The tip that the guardrails tested against. */
  readonly testedOn: Sha;
  /** Commits between stable and the tip that nothing of ours explains. */
  readonly foreign: readonly Sha[];
  /** The policy that decided is still the policy of the branch. */
  readonly policyUnchanged: boolean;
};

/** A change that must conclude first. */
export type Ahead = { readonly id: string; readonly why: string };

/** Evidence that waited longer, behind others or for a window, is gathered again. */
const validMs = 24 * 60 * 60 * 1000;

export type MergePlan =
  | { readonly kind: 'go' }
  | { readonly kind: 'later'; readonly code: string; readonly why: string; readonly afterMs: number }
  | { readonly kind: 'raced'; readonly reason: string }
  | { readonly kind: 'stop'; readonly conclusion: Conclusion };

export function planMerge(facts: MergeFacts): MergePlan {
  if (facts.stopped !== undefined) return later('merge.stopped', facts.stopped, 1_000);
  if (facts.frozen !== undefined) return later('merge.frozen', facts.frozen, 30_000);
  if (facts.demotion !== undefined) return { kind: 'stop', conclusion: holdDemoted(facts.demotion) };
  // Written so that a time that is none counts as too old.
  if (!(facts.now.getTime() - facts.decidedAt.getTime() < validMs))
    return { kind: 'raced', reason: 'its evidence is more than a day old' };
  if (facts.tip !== facts.testedOn)
    return { kind: 'raced', reason: `the branch moved from ${short(facts.testedOn)} to ${short(facts.tip)}` };
  if (!facts.policyUnchanged) return { kind: 'raced', reason: 'the policy changed since it decided' };
  if (facts.foreign.length > 0) return { kind: 'stop', conclusion: holdForeign(facts.foreign) };
  return { kind: 'go' };
}

/** As the policy would, which knows nothing else by now: asking it anew would cost all the tests. */
function holdDemoted(demotion: Demotion): Conclusion {
  return {
    outcome: 'held',
    code: 'policy.demoted',
    reasons: [`A person must land it: ${demotionReason(demotion)}.`],
  };
}

export function laterThan({ id, why }: Ahead): Extract<MergePlan, { kind: 'later' }> {
  return later('merge.behind', `${id} ${why}`, 500);
}

export function holdForeign(foreign: readonly Sha[]): Conclusion {
  const names = foreign.map(short).join(', ');
  return {
    outcome: 'held',
    code: 'release.foreign-commits',
    reasons: [
      `the branch holds commits that production has not proved (${names}); they would be released with this change: autoland adopt deploys them`,
    ],
  };
}

function later(code: string, why: string, afterMs: number): Extract<MergePlan, { kind: 'later' }> {
  return { kind: 'later', code, why, afterMs };
}

function short(sha: Sha): string {
  return sha.slice(0, 10);
}
