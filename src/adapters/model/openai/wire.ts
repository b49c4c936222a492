import type { Wire } from '../wire.ts';
import { chatError, faultOfCode } from './errors.ts';
import { ChatFold } from './fold.ts';
import { type ChatDialect, chatRequest } from './to-wire.ts';

/** Chat completions: OpenAI's own, and what Ollama, vLLM, llama.cpp and others serve. */
export function chatWire(dialect: ChatDialect): Wire {
  return {
    path: '/chat/completions',
    headers: (key) => (key === undefined ? {} : { authorization: `Bearer ${key}` }),
    body: (request, model) => chatRequest(request, model, dialect),
    fold: () => new ChatFold(),
    error: chatError,
    faultOf: faultOfCode,
  };
}
