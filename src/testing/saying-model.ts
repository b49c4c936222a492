import type { ModelFault, ModelReply, ModelRequest } from '../domain/model.ts';
import type { Model } from '../ports/model.ts';

export const shortRequest: ModelRequest = { system: '', messages: [], tools: [], maxOutputTokens: 10 };
export const oneToken = { inputTokens: 1, outputTokens: 1 };
export const testIdentity = { name: 'reviewer', family: 'test', model: 'm', scripted: true };

export const goodReply: ModelReply = {
  kind: 'answer',
  blocks: [],
  stop: 'end',
  usage: oneToken,
  answeredBy: 'm',
};

export function badReply(fault: ModelFault, more: object = {}): ModelReply {
  return { kind: 'fault', fault, reason: fault, ...more };
}

/** Answers in turn, the last one for ever. */
export function sayingModel(...replies: readonly ModelReply[]): Model & { asked: number } {
  const model = {
    identity: testIdentity,
    asked: 0,
    ask: async () => {
      model.asked += 1;
      return replies[Math.min(model.asked, replies.length) - 1] ?? goodReply;
    },
  };
  return model;
}
