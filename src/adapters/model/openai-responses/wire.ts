import { chatWire } from '../openai/wire.ts';
import type { AnswerWire } from '../wire.ts';
import { ResponsesFold } from './fold.ts';

/** The responses API, as clients of OpenAI's speak it through the proxy; autoland itself asks by chat completions. */
export const responsesWire: AnswerWire = {
  ...chatWire('openai'),
  path: '/responses',
  fold: () => new ResponsesFold(),
};
