import { readShape } from '../json.ts';
import type { WholeAnswer } from '../wire.ts';
import { ChatFold } from './fold.ts';
import { completion } from './shapes.ts';

/** Chat completions in one piece, read as a stream of one. Throws a WireFault. */
export function wholeCompletion(text: string): WholeAnswer {
  const { model, choices, usage } = readShape(text, completion, 'its answer');
  const fold = new ChatFold();
  const pieces = choices.map(({ message, finish_reason }) => ({ index: 0, delta: message, finish_reason }));
  fold.take({ data: JSON.stringify({ model, usage, choices: pieces }) });
  fold.take({ data: '[DONE]' });
  return fold.end();
}
