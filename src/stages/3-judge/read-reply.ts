import type { Ask, AskOutcome, JudgeFinding, ShownDiff } from '../../domain/judgement.ts';
import type { ModelIdentity, ModelReply } from '../../domain/model.ts';
import { printable } from '../../domain/printable.ts';
import { type QuestionReply, readAnswer } from './answer.ts';
import { misplaced } from './place.ts';
import type { Lens } from './shipped.ts';

/** What was asked, of whom, and what was shown with it. */
export type Asked = {
  readonly ask: Ask;
  readonly identity: Pick<ModelIdentity, 'model'>;
  readonly lens: Lens;
  readonly diff: ShownDiff;
  readonly nonce: string;
};

/** Nothing of a reply is believed that was not looked at again: what is no whole answer to what was asked abstains. */
export function readReply(reply: ModelReply, asked: Asked): AskOutcome {
  const text = textOf(reply, asked);
  if ('why' in text) return abstained(asked, [text.why]);
  const answers = readAnswer(text.text, asked.lens, asked.nonce);
  if (typeof answers === 'string') return abstained(asked, [answers]);
  const read = [...asked.lens.questions.keys()].map((question) =>
    readQuestion(question, answers.get(question), asked),
  );
  const dropped = read.flatMap((one) => one.dropped);
  const reasons = read.flatMap(({ doubt }) => (doubt === undefined ? [] : [doubt]));
  const findings = read.flatMap((one) => one.findings);
  if (findings.length > 0) return found(asked, findings, dropped);
  if (reasons.length > 0) return { ...asked.ask, verdict: 'abstain', reasons, dropped };
  return { ...asked.ask, verdict: 'no-objection', dropped };
}

/** For what came instead of a reply. */
export function abstained({ ask }: Pick<Asked, 'ask'>, reasons: readonly string[]): AskOutcome {
  return { ...ask, verdict: 'abstain', reasons: reasons.map((reason) => cut(reason)), dropped: [] };
}

/** Text that speaks to a reviewer is for a person to read: it may be innocent. */
function found(asked: Asked, findings: readonly JudgeFinding[], dropped: readonly string[]): AskOutcome {
  if (asked.ask.lens !== 'instructions') return { ...asked.ask, verdict: 'veto', findings, dropped };
  const reasons = findings.map(
    ({ file, line, quote }) => `text at ${file}:${line} reads as if it spoke to a reviewer: "${quote}"`,
  );
  return { ...asked.ask, verdict: 'abstain', reasons, dropped, speaking: findings };
}

function textOf(
  reply: ModelReply,
  { identity }: Asked,
): { readonly text: string } | { readonly why: string } {
  if (reply.kind === 'fault') return { why: `it could not be asked: ${reply.fault}: ${reply.reason}` };
  if (reply.stop === 'refusal') return { why: 'it refused to answer' };
  if (reply.stop === 'length') return { why: 'its answer was cut off' };
  if (reply.stop !== 'end') return { why: `it stopped for ${reply.stop}, and was given no tool` };
  if (reply.answeredBy !== identity.model)
    return {
      why: `${cut(reply.answeredBy)} answered in the place of ${identity.model}: name the model in models as its provider does`,
    };
  const said = reply.blocks.filter(({ kind }) => kind !== 'reasoning');
  const [only, ...more] = said;
  if (only?.kind !== 'text' || more.length > 0) return { why: 'its answer is not one text' };
  return { text: only.text };
}

type Read = {
  readonly findings: readonly JudgeFinding[];
  readonly dropped: readonly string[];
  readonly doubt?: string;
};

function readQuestion(question: string, reply: QuestionReply | undefined, asked: Asked): Read {
  if (reply === undefined) return { findings: [], dropped: [], doubt: `it did not answer ${question}` };
  const dropped: string[] = [];
  const findings: JudgeFinding[] = [];
  for (const finding of reply.findings) {
    const file = cut(finding.file, 200);
    const why = misplaced(finding, asked.diff);
    if (why !== undefined) dropped.push(`${question} at ${file}:${finding.line}: ${why}`);
    else findings.push({ ...asked.ask, question, ...finding, ...words(finding), file });
  }
  if (reply.answer === 'yes' && findings.length > 0) return { findings, dropped };
  if (reply.answer === 'yes')
    return { findings: [], dropped, doubt: `it says yes to ${question} without evidence` };
  if (reply.answer === 'unsure') return { findings: [], dropped, doubt: `it is unsure about ${question}` };
  if (reply.findings.length === 0) return { findings: [], dropped };
  return { findings: [], dropped, doubt: `it says no to ${question} and finds something all the same` };
}

function words({ quote, why }: { readonly quote: string; readonly why: string }) {
  // Marks that were copied with the quote show as boxes.
  return { quote: cut(quote.replaceAll(/[\ue000-\uf8ff]/g, ' ').trim(), 200), why: cut(why, 400) };
}

function cut(text: string, most = 300): string {
  const clean = printable(text).toWellFormed();
  return clean.length <= most ? clean : `${clean.slice(0, most).toWellFormed()}…`;
}
