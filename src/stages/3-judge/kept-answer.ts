import { createHash } from 'node:crypto';
import type { Ask, AskOutcome } from '../../domain/judgement.ts';
import type { ModelIdentity, ModelReply } from '../../domain/model.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { readAnswer } from './answer.ts';
import { type Asked, readReply } from './read-reply.ts';
import type { Shown } from './request.ts';

/** What decides an answer, but for the nonce, which is new each time. */
export function digestOfAsk(
  ask: Ask,
  identity: ModelIdentity,
  about: { readonly shown: Shown; readonly prompts: string },
): string {
  const { family, model, scripted } = identity;
  const question = [about.prompts, family, model, scripted, ask.lens, ask.order, about.shown];
  return createHash('sha256').update(JSON.stringify(question)).digest('hex');
}

/** undefined: it is no whole answer, and asking again may bring one. */
export function keptText(reply: ModelReply, { lens, nonce, identity }: Asked): string | undefined {
  if (reply.kind !== 'answer' || reply.stop !== 'end' || reply.answeredBy !== identity.model)
    return undefined;
  const text = reply.blocks.find((block) => block.kind === 'text')?.text ?? '';
  return typeof readAnswer(text, lens, nonce) === 'string' ? undefined : JSON.stringify({ nonce, text });
}

/** Read as carefully as when it came; undefined: it is none. */
export function outcomeOfKept(kept: string, asked: Omit<Asked, 'nonce'>): AskOutcome | undefined {
  let value: unknown;
  try {
    value = JSON.parse(kept);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value.nonce !== 'string' || typeof value.text !== 'string') return undefined;
  const { nonce, text } = value;
  if (typeof readAnswer(text, asked.lens, nonce) === 'string') return undefined;
  const usage = { inputTokens: 0, outputTokens: 0 };
  const answeredBy = asked.identity.model;
  return readReply(
    { kind: 'answer', blocks: [{ kind: 'text', text }], stop: 'end', usage, answeredBy },
    { ...asked, nonce },
  );
}
