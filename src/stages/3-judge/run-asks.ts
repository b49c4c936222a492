import { messageOf } from '../../domain/errors.ts';
import type { Ask, AskOutcome, JudgeUsage, ShownDiff } from '../../domain/judgement.ts';
import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import type { AnswerCache } from '../../ports/answer-cache.ts';
import type { Model } from '../../ports/model.ts';
import { digestOfAsk, keptText, outcomeOfKept } from './kept-answer.ts';
import { type Asked, abstained, readReply } from './read-reply.ts';
import type { Answered } from './report.ts';
import { requestFor, type Shown } from './request.ts';
import type { Prompts } from './shipped.ts';

export type AskPorts = {
  readonly answers: AnswerCache;
  /** Unguessable, and new with each call. */
  readonly nonce: () => string;
  /** Absent: nobody ends it before its time. */
  readonly ending?: AbortSignal;
};

type Limits = {
  readonly timeoutMs: number;
  readonly atOnce: number;
  readonly maxTokens: number;
  readonly maxOutputTokens: number;
};

export type Panel = {
  readonly models: ReadonlyMap<string, Model>;
  readonly prompts: Prompts;
  readonly limits: Limits;
};

/** What is shown to the lenses, and what to the look for text that speaks to a reviewer. */
export type Material = Omit<Shown, 'diff'> & { readonly code: ShownDiff; readonly whole: ShownDiff };

const free: JudgeUsage = { inputTokens: 0, outputTokens: 0, microdollars: 0 };

/** Asks each once, some at once, all within one time. Whatever goes wrong with one is the outcome of that one: it abstains. */
export async function askAll(
  ports: AskPorts,
  panel: Panel,
  asks: readonly Ask[],
  material: Material,
): Promise<readonly Answered[]> {
  const timeout = AbortSignal.timeout(panel.limits.timeoutMs);
  const deadline = ports.ending === undefined ? timeout : AbortSignal.any([timeout, ports.ending]);
  const waiting = [...asks];
  const answered: Answered[] = [];
  let tokens = 0;
  const work = async () => {
    for (let ask = waiting.shift(); ask !== undefined; ask = waiting.shift()) {
      const one = await answerTo({ ports, panel, material, deadline, tokens }, ask);
      tokens += one.usage.inputTokens + one.usage.outputTokens;
      answered.push(one);
    }
  };
  await Promise.all(Array.from({ length: panel.limits.atOnce }, work));
  return answered;
}

type Round = {
  readonly ports: AskPorts;
  readonly panel: Panel;
  readonly material: Material;
  readonly deadline: AbortSignal;
  /** Used so far. */
  readonly tokens: number;
};

async function answerTo(round: Round, ask: Ask): Promise<Answered> {
  const began = performance.now();
  const done = (outcome: AskOutcome, usage = free, cached = false): Answered => {
    return { outcome, usage, cached, ms: performance.now() - began };
  };
  const nothing = (reason: string) => done(abstained({ ask }, [reason]));
  const { panel, material, ports } = round;
  const model = panel.models.get(ask.model);
  const lens = panel.prompts.lenses.get(ask.lens);
  if (model === undefined || lens === undefined) return nothing('no such model or lens can be asked here');
  if (round.tokens >= panel.limits.maxTokens)
    return nothing(`${round.tokens} tokens are used, of ${panel.limits.maxTokens} (judge.maxTokens)`);
  if (round.deadline.aborted) return nothing('the time was up before it was asked (judge.timeout)');
  const { changeClass, evidence } = material;
  const diff = ask.lens === 'instructions' ? material.whole : material.code;
  const shown: Shown = { changeClass, diff, evidence };
  const asked: Asked = { ask, identity: model.identity, lens, diff, nonce: ports.nonce() };
  try {
    const digest = digestOfAsk(ask, model.identity, { shown, prompts: panel.prompts.digest });
    const kept = await ports.answers.get(digest);
    const known = kept === undefined ? undefined : outcomeOfKept(kept, asked);
    if (known !== undefined) return done(known, free, true);
    const { maxOutputTokens } = panel.limits;
    const request = requestFor({ ask, lens, shown, nonce: asked.nonce, maxOutputTokens }, panel.prompts);
    const reply = await inTime(model, request, round.deadline);
    const text = keptText(reply, asked);
    if (text !== undefined) await ports.answers.put(digest, text);
    return done(readReply(reply, asked), usageOf(reply));
  } catch (thrown) {
    return nothing(`it could not be asked: ${messageOf(thrown)}`);
  }
}

/** Whoever does not heed the signal is not waited for. */
async function inTime(model: Model, request: ModelRequest, deadline: AbortSignal): Promise<ModelReply> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const end = () => reject(new Error('no answer came in time (judge.timeout)'));
  deadline.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([model.ask(request, deadline), late]);
  } finally {
    deadline.removeEventListener('abort', end);
  }
}

function usageOf(reply: ModelReply): JudgeUsage {
  if (reply.usage === undefined) return free;
  const { inputTokens, outputTokens, microdollars = null } = reply.usage;
  return { inputTokens, outputTokens, microdollars };
}
