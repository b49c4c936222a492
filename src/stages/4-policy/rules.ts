import { mostOf } from '../../domain/autonomy.ts';
import { codeFlagsAdded, unfitCodeFlags } from '../../domain/code-flag.ts';
import { overallVerdict } from '../../domain/verdict.ts';
import type { Evidence } from './evidence.ts';

/** Why a change does not land alone. */
export type Objection = {
  readonly value: 'deny' | 'escalate';
  readonly code: string;
  /** One sentence. */
  readonly reason: string;
};

type Rule = (evidence: Evidence) => readonly Objection[];

/** What no policy can override. */
export function objections(evidence: Evidence): readonly Objection[] {
  return rules.flatMap((rule) => rule(evidence));
}

const knownVerdicts = new Set(['pass', 'fail', 'abstain', 'not-configured', 'not-offered']);
const knownJudgements = new Set(['no-objection', 'veto', 'abstain', 'not-configured']);

/** Evidence comes back from a journal: a word that this program does not know is not a pass. */
const unknownWords: Rule = ({ guardrails, judge }) => {
  const odd: string[] = [guardrails.verdict, ...guardrails.results.map(({ verdict }) => verdict)].filter(
    (word) => !knownVerdicts.has(word),
  );
  if (!knownJudgements.has(judge.verdict)) odd.push(judge.verdict);
  return odd.length === 0
    ? []
    : [deny('policy.evidence-invalid', `The evidence holds an unknown verdict: ${odd.join(', ')}.`)];
};

const protectedPaths: Rule = ({ classification: { protectedPaths: paths } }) =>
  paths.length === 0
    ? []
    : [escalate('policy.protected-path', `A person must change what is protected: ${some(paths)}.`)];

const classOther: Rule = ({ classification }) =>
  classification.class === 'other'
    ? [
        escalate(
          'policy.class-other',
          'What it does fits no class of low risk, and class other is never autonomous.',
        ),
      ]
    : [];

/** The level says so too; here no policy and no mistake in a level overrules it. */
const unearned: Rule = ({ classification: { class: of } }) =>
  mostOf(of) === 'deploy'
    ? []
    : [
        escalate(
          'policy.not-earned',
          `A person must land it: changes of class ${of} have not earned to land alone.`,
        ),
      ];

const crashShown: Rule = ({ classification, guardrails }) => {
  if (classification.class !== 'crash-fix') return [];
  const isShown = guardrails.results.some(
    ({ verdict, code }) => verdict === 'pass' && code === 'reproduction.fails-before',
  );
  const reason = 'No test is known to fail without it and to pass with it.';
  return isShown ? [] : [escalate('policy.not-reproduced', reason)];
};

const failedGuardrails: Rule = ({ guardrails }) => {
  const failed = guardrails.results.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);
  if (failed.length === 0 && guardrails.verdict !== 'fail') return [];
  return [deny('policy.guardrails-failed', `A guardrail failed: ${some(failed)}.`)];
};

/** The summary of a report is not believed over its results, nor the results over the summary. */
const undecidedGuardrails: Rule = ({ guardrails }) => {
  if (guardrails.verdict === 'pass' && overallVerdict(guardrails.results) !== 'abstain') return [];
  if (guardrails.verdict === 'fail') return [];
  const open = guardrails.results.filter(({ verdict }) => verdict === 'abstain').map(({ name }) => name);
  return [escalate('policy.guardrails-abstained', `The guardrails could not decide: ${some(open)}.`)];
};

const vetoed: Rule = ({ judge }) =>
  judge.verdict === 'veto' ? [deny('policy.judge-veto', `The judge vetoed it: ${some(judge.reasons)}.`)] : [];

const judgeAbstained: Rule = ({ judge }) =>
  judge.verdict === 'abstain'
    ? [escalate('policy.judge-abstained', `The judge could not decide: ${some(judge.reasons)}.`)]
    : [];

const stopped: Rule = ({ stopped: why }) =>
  why === undefined ? [] : [deny('policy.stopped', `Autonomy is stopped: ${why}.`)];

const frozen: Rule = ({ frozen: why }) =>
  why === undefined ? [] : [deny('policy.frozen', `Nothing may land now: ${why}.`)];

/** Told before the merge: the rollout could not begin, and would hold up all that follow. */
const unfitFlags: Rule = ({ guardrails }) => {
  const why = unfitCodeFlags(codeFlagsAdded(guardrails.results));
  return why === undefined ? [] : [escalate('policy.code-flags', `Its flags cannot be rolled out: ${why}.`)];
};

/** Merging it is one thing; deployed alone, it could not be taken back alone. Told before the merge: after it, it would hold up all that follow. */
export function wayBack({ level, irreversible }: Evidence, deploys: boolean): readonly Objection[] {
  if (level !== 'deploy' || !deploys || irreversible.length === 0) return [];
  return [
    escalate(
      'policy.no-way-back',
      `It touches what a rollback does not undo, so a person must deploy it: ${some(irreversible)}.`,
    ),
  ];
}

const rules: readonly Rule[] = [
  unknownWords,
  failedGuardrails,
  vetoed,
  stopped,
  frozen,
  protectedPaths,
  classOther,
  crashShown,
  unearned,
  undecidedGuardrails,
  judgeAbstained,
  unfitFlags,
];

export function deny(code: string, reason: string): Objection {
  return { value: 'deny', code, reason };
}

export function escalate(code: string, reason: string): Objection {
  return { value: 'escalate', code, reason };
}

function some(words: readonly string[]): string {
  if (words.length === 0) return 'none is named';
  return words.length > 5 ? `${words.slice(0, 5).join(', ')} and ${words.length - 5} more` : words.join(', ');
}
