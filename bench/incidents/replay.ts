import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckGuardrail, checkLastCommit } from '../support/check-command.ts';
import { withFolder } from '../support/folder.ts';
import { type Case, type Half, halfOf, idOf } from './case.ts';
import { recordProduction } from './record.ts';
import { makeRepository } from './repository.ts';
import type { Outcome, Verdict } from './score.ts';

export type Replayed = {
  readonly case: string;
  readonly kind: Case['kind'];
  readonly half: Half;
  readonly exercised: boolean;
  readonly verdict?: Verdict;
  /** What the client's own tests say: all that an automatic merge without guardrails relies on. */
  readonly tests?: Verdict;
  /** `NAME CODE` of the guardrails that failed, then of those that abstained. */
  readonly by: readonly string[];
  readonly class?: string;
  readonly ms?: number;
  readonly msOf?: Readonly<Record<string, number>>;
  readonly problem?: string;
  /** What ended a guardrail that should have had an answer. */
  readonly faults?: readonly string[];
};

/** Runs all guardrails on one case, also after one has failed, so that each speaks for itself. */
export async function replay(
  each: Case,
  { seconds, recorded }: { readonly seconds: number; readonly recorded: boolean },
): Promise<Replayed> {
  const exercised = each.kind === 'incident' && each.exercised;
  const about = { case: idOf(each), kind: each.kind, half: halfOf(each), exercised };
  try {
    const { report, ms } = await withFolder(async (folder) => {
      const repo = join(folder, 'repo');
      await mkdir(repo);
      await makeRepository(each, repo);
      const recordings = recorded ? await recordProduction(each, folder) : undefined;
      const more = ['--no-stop-early', ...(recordings === undefined ? [] : ['--recordings', recordings])];
      return checkLastCommit(repo, { seconds, more });
    });
    const { guardrails } = report;
    const faults = guardrails.filter(({ code }) => code === 'guardrails.error').map(({ reason }) => reason);
    return {
      ...about,
      verdict: verdictOf(report.verdict),
      tests: verdictOf(guardrails.find(({ name }) => name === 'tests')?.verdict ?? 'abstain'),
      by: [...named(guardrails, 'fail'), ...named(guardrails, 'abstain')],
      class: report.class,
      ms: Math.round(ms),
      ...(faults.length > 0 && { faults }),
      msOf: Object.fromEntries(guardrails.map((guardrail) => [guardrail.name, guardrail.ms])),
    };
  } catch (error) {
    return { ...about, by: [], problem: String(error).slice(0, 500) };
  }
}

/** As the guardrails see it, or as the client's tests alone do. */
export function outcomeOf(replayed: Replayed, by: 'verdict' | 'tests'): Outcome {
  const { kind, half, exercised } = replayed;
  return { kind, half, exercised, verdict: replayed[by] };
}

/** There is no policy here that could waive what is not configured or not offered: a person decides. */
function verdictOf(verdict: string): Verdict {
  return verdict === 'pass' || verdict === 'fail' ? verdict : 'abstain';
}

function named(guardrails: readonly CheckGuardrail[], wanted: Verdict): readonly string[] {
  return guardrails
    .filter(({ verdict }) => verdictOf(verdict) === wanted)
    .map(({ name, code }) => (code.startsWith(`${name}.`) ? code : `${name} ${code}`));
}
