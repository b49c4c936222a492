import { type SharedFinding, sharedFindings } from '../../domain/judge-findings.ts';
import type { Ask, AskOutcome, ChangeAuthor, JudgeFinding, JudgeVerdict } from '../../domain/judgement.ts';
import type { ModelIdentity } from '../../domain/model.ts';
import { independentFamilies } from './independence.ts';

/** What must have been asked, and of whom, for "no objection" to count. */
export type Quorum = {
  readonly asks: readonly Ask[];
  readonly panel: readonly Pick<ModelIdentity, 'name' | 'family'>[];
  /** So many families, each other than the author's, must have no objection. */
  readonly families: number;
  readonly author: ChangeAuthor;
  /** What code found, whatever models say: a sentence each. */
  readonly doubts: readonly string[];
};

export type Judgement = {
  readonly verdict: JudgeVerdict;
  readonly reasons: readonly string[];
  /** Those that a veto stands on; [] for any other verdict. */
  readonly findings: readonly JudgeFinding[];
};

/**
 * The worst of all outcomes: one veto with evidence blocks, whatever the others say; one doubt, or one ask that has no outcome,
 * abstains; only what all of the panel looked at from all sides, and nobody objects to, has no objection.
 */
export function judgementOf(outcomes: readonly AskOutcome[], quorum: Quorum): Judgement {
  const findings = outcomes.flatMap((one) => (one.verdict === 'veto' ? one.findings : []));
  if (findings.length > 0)
    return { verdict: 'veto', reasons: sharedFindings(findings).map(sentenceOf), findings };
  const known = new Map(outcomes.map((one) => [keyOf(one), one]));
  const missing = quorum.asks
    .filter((ask) => !known.has(keyOf(ask)))
    .map((ask): Doubt => ({ ask, reason: 'it was not asked, or did not answer in time' }));
  const doubts = [
    ...quorum.doubts,
    ...grouped([...outcomes.flatMap(doubtsOf), ...missing]),
    ...independenceDoubts(quorum),
  ];
  if (quorum.asks.length === 0) doubts.push('No model was to be asked.');
  if (doubts.length > 0) return { verdict: 'abstain', reasons: doubts, findings: [] };
  return { verdict: 'no-objection', reasons: [], findings: [] };
}

type Doubt = { readonly ask: Ask; readonly reason: string };

function doubtsOf(outcome: AskOutcome): readonly Doubt[] {
  if (outcome.verdict === 'no-objection') return [];
  // A veto without findings is none, and no approval either.
  const reasons = outcome.verdict === 'abstain' ? outcome.reasons : [];
  const given = reasons.length === 0 ? ['it gave no reason'] : reasons;
  return given.map((reason) => ({ ask: outcome, reason }));
}

/** A model that is down is told once, and not for each question that it was to be asked. */
function grouped(doubts: readonly Doubt[]): readonly string[] {
  const same = Map.groupBy(doubts, ({ ask, reason }) => JSON.stringify([ask.model, reason]));
  return [...same.values()].map((group) => {
    const [{ ask, reason } = { ask: undefined, reason: '' }] = group;
    if (ask === undefined) return reason;
    return `${group.length === 1 ? nameOf(ask) : `${ask.model}, ${group.length} times`}: ${reason}`;
  });
}

function independenceDoubts({ panel, families, author }: Quorum): readonly string[] {
  if (author.kind === 'unknown')
    return [
      'Which model wrote the change is not known, so nobody can say that the judge is independent of it.',
    ];
  const others = independentFamilies(panel, author);
  if (others.length >= families) return [];
  const found = others.length === 0 ? 'none' : others.join(', ');
  return [`${families} families other than the author's must judge it, found ${found}.`];
}

function sentenceOf({ models, lens, question, file, line, quote, why }: SharedFinding): string {
  return `${file}:${line} "${quote}": ${why} (${models.join(' and ')}, ${lens}, ${question})`;
}

function keyOf({ model, lens, order }: Ask): string {
  return JSON.stringify([model, lens, order]);
}

function nameOf({ model, lens, order }: Ask): string {
  return `${model}, ${lens}${order === 'swapped' ? ', order swapped' : ''}`;
}
