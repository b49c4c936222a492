import { randomBytes } from 'node:crypto';
import type { FileChange } from '../../domain/change.ts';
import type { AskOutcome, JudgeFinding } from '../../domain/judgement.ts';
import type { RowAnswer } from '../../judge-eval/answer.ts';
import type { AskJudge, ChangeToJudge } from '../../judge-eval/evaluate.ts';
import type { DiffReader } from '../../ports/diff-reader.ts';
import { totalOf } from '../../stages/3-judge/report.ts';
import type { AskPorts } from '../../stages/3-judge/run-asks.ts';
import { consult, type Judges } from '../../stages/3-judge/run-consult.ts';
import { showingOf } from '../../stages/3-judge/shown.ts';
import { speechIn } from '../../stages/3-judge/speech-in.ts';

/** What every row passed before a judge would be asked about it. */
const evidence = [
  { name: 'scope', verdict: 'pass', code: 'scope.within' },
  { name: 'tests', verdict: 'pass', code: 'tests.passed' },
] as const;

/** Each row is a draw of its own: an answer that was kept would measure the memory. */
const ports: AskPorts = {
  answers: { get: async () => undefined, put: async () => {} },
  nonce: () => randomBytes(16).toString('hex'),
};

/** Asks as the judge stage does: the same showing, lenses, prompts, orders and reading of answers. */
export function askerOf(judges: Judges, diffs: DiffReader): AskJudge {
  return async (change) => {
    const { files, pairs } = filesOf(change);
    const showing = showingOf(files, await diffs.read(pairs), judges.settings.maxKiB * 1024);
    if (showing.kind === 'hidden') return hidden(showing.reasons);
    const { code, whole } = showing;
    const material = { changeClass: change.changeClass, evidence, code, whole };
    const { judgement, answered } = await consult(ports, judges, material, { kind: 'nobody' });
    const outcomes = answered.map(({ outcome }) => outcome);
    const speech = speechIn(whole).length > 0;
    return {
      ...answerOf(judgement.verdict, judgement.findings, outcomes, speech),
      reasons: judgement.verdict === 'abstain' ? doubtsOf(outcomes, speech) : [],
      usage: totalOf(answered.map((one) => one.usage)),
    };
  };
}

function answerOf(
  verdict: RowAnswer['verdict'],
  findings: readonly JudgeFinding[],
  outcomes: readonly AskOutcome[],
  speech: boolean,
): Omit<RowAnswer, 'reasons' | 'usage'> {
  const looks = outcomes.filter(({ lens }) => lens === 'instructions');
  const spoken = looks.some((one) => one.verdict === 'abstain' && (one.speaking ?? []).length > 0);
  const clear = looks.length > 0 && looks.every((one) => one.verdict === 'no-objection');
  return {
    verdict,
    findings: findings.map(({ file, side, line }) => ({
      path: file,
      side: side === 'removed' ? 'base' : 'head',
      line,
    })),
    votes: outcomes
      .filter(({ lens }) => lens !== 'instructions')
      .map((one) => ({ model: one.model, lens: one.lens, order: one.order, verdict: one.verdict })),
    flagged: speech || spoken ? true : clear ? false : undefined,
  };
}

/** Without the words of the model, which are never twice the same, so that they can be counted. */
function doubtsOf(outcomes: readonly AskOutcome[], speech: boolean): readonly string[] {
  const found = outcomes.flatMap((one) => {
    if (one.verdict !== 'abstain') return [];
    const [reason = 'it gave no reason'] =
      one.speaking === undefined ? one.reasons : ['text speaks to a reviewer'];
    return [`${one.model}, ${one.lens}: ${reason}`];
  });
  return speech ? ['code: text speaks to a reviewer', ...found] : found;
}

function hidden(reasons: readonly string[]): RowAnswer {
  const usage = { inputTokens: 0, outputTokens: 0, microdollars: 0 };
  return { verdict: 'abstain', reasons, findings: [], votes: [], flagged: undefined, usage };
}

function filesOf({ base, head }: ChangeToJudge) {
  const paths = [...new Set([...Object.keys(base), ...Object.keys(head)])].filter(
    (path) => base[path] !== head[path],
  );
  const files = paths.map((path): FileChange => {
    const status = base[path] === undefined ? 'added' : head[path] === undefined ? 'deleted' : 'modified';
    const size = Buffer.byteLength(head[path] ?? '');
    return { path, status, kind: 'file', added: 0, removed: 0, binary: false, size };
  });
  const pairs = paths.map((path) => ({
    path,
    oldPath: path,
    base: base[path] ?? null,
    head: head[path] ?? null,
  }));
  return { files, pairs };
}
