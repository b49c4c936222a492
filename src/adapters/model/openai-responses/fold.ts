import { readShape } from '../json.ts';
import { faultOfCode } from '../openai/errors.ts';
import type { AnswerFold, WholeAnswer, WireEvent } from '../wire.ts';
import { malformed, WireFault } from '../wire-fault.ts';
import { answerOf } from './answers.ts';
import {
  anyEvent,
  type Ended,
  errorEvent,
  itemDone,
  type OutputItem,
  responseEnded,
  responseFailed,
  wholeResponse,
} from './shapes.ts';

/** A stream of the responses API: clients act on each item once it is done, so these are what is put together. */
export class ResponsesFold implements AnswerFold {
  readonly #items = new Map<number, OutputItem>();
  #end: (Ended & { readonly output: readonly unknown[] }) | undefined;

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  take({ data }: WireEvent): void {
    const { type } = readShape(data, anyEvent, 'a piece of its answer');
    if (type === 'error') throw brokeOff(readShape(data, errorEvent, 'the error in its answer'));
    if (type === 'response.failed')
      throw brokeOff(readShape(data, responseFailed, 'the error in its answer').response.error);
    if (type === 'response.output_item.done') this.#keep(data);
    else if (type === 'response.completed' || type === 'response.incomplete')
      this.#end = readShape(data, responseEnded, 'the end of its answer').response;
  }

  end(): WholeAnswer {
    if (this.#end === undefined) throw new WireFault('cut-off', 'its answer ends before its end');
    const items = [...this.#items].sort(([one], [other]) => one - other).map(([, item]) => item);
    // Of an answer that its limit cut off the last item may never have been done.
    const isShort = this.#end.status === 'incomplete' && items.length === this.#end.output.length - 1;
    if (items.length !== this.#end.output.length && !isShort)
      throw malformed('its end names other items than were told');
    return answerOf(this.#end, items);
  }

  #keep(data: string): void {
    const { output_index: index, item } = readShape(data, itemDone, 'an item of its answer');
    if (this.#items.has(index)) throw malformed('an item of its answer is done twice');
    this.#items.set(index, item);
  }
}

/** An answer in one piece. Throws a WireFault. */
export function wholeOfResponse(text: string): WholeAnswer {
  const { output, ...end } = readShape(text, wholeResponse, 'its answer');
  return answerOf(end, output);
}

function brokeOff({
  code,
  message,
}: {
  readonly code?: string | null | undefined;
  readonly message: string;
}): WireFault {
  const fault = (code ? faultOfCode(code) : undefined) ?? 'overloaded';
  return new WireFault(fault, `it broke off: ${[code, message].filter(Boolean).join(': ')}`);
}
