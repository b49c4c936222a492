import { readShape } from '../json.ts';
import type { WholeAnswer } from '../wire.ts';
import { growing, grown, stopOf, usageOf } from './answers.ts';
import { message } from './shapes.ts';

/** An answer of the Messages API in one piece. Throws a WireFault. */
export function wholeMessage(text: string): WholeAnswer {
  const { model, content, stop_reason, usage: told } = readShape(text, message, 'its answer');
  const usage = usageOf(told, told);
  const stop = stopOf(stop_reason, usage);
  const blocks = content.filter(({ type }) => stop !== 'length' || type !== 'tool_use');
  return { blocks: blocks.map((block) => grown(growing(block))), stop, usage, answeredBy: model };
}
