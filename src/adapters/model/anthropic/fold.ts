import type { ModelBlock, ModelStop } from '../../../domain/model.ts';
import { readShape } from '../json.ts';
import type { AnswerFold, WholeAnswer, WireEvent } from '../wire.ts';
import { malformed, WireFault } from '../wire-fault.ts';
import { faultOfType, type Growing, growing, grown, stopOf, usageOf } from './answers.ts';
import {
  blockDelta,
  blockStart,
  blockStop,
  errorBody,
  type MessagesUsage,
  messageDelta,
  messageStart,
} from './shapes.ts';

/** A stream of the Messages API. Kinds of events that it does not know are passed over, as its makers ask; kinds of blocks are not. */
export class MessagesFold implements AnswerFold {
  #first: { readonly model: string; readonly usage: MessagesUsage } | undefined;
  readonly #open = new Map<number, Growing>();
  readonly #done: { readonly index: number; readonly growing: Growing }[] = [];
  #last: MessagesUsage | undefined;
  #stop: string | undefined;
  isEnded = false;

  take({ event, data }: WireEvent): void {
    if (event === 'error') throw saidError(data);
    if (event === 'message_start') this.#begin(data);
    else if (event === 'content_block_start') this.#openBlock(data);
    else if (event === 'content_block_delta') this.#grow(data);
    else if (event === 'content_block_stop') this.#closeBlock(data);
    else if (event === 'message_delta') this.#conclude(data);
    else if (event === 'message_stop') this.#endAll();
  }

  end(): WholeAnswer {
    if (this.#first === undefined || this.#last === undefined || this.#stop === undefined || !this.isEnded)
      throw new WireFault('cut-off', 'its answer ends before its end');
    const usage = usageOf(this.#first.usage, this.#last);
    const stop = stopOf(this.#stop, usage);
    return { blocks: this.#blocks(stop), stop, usage, answeredBy: this.#first.model };
  }

  #endAll(): void {
    if (this.#open.size > 0) throw malformed('its answer ends in the middle of a block');
    this.isEnded = true;
  }

  #begin(data: string): void {
    if (this.#first !== undefined) throw malformed('its answer begins twice');
    const { message } = readShape(data, messageStart, 'the beginning of its answer');
    this.#first = message;
  }

  #openBlock(data: string): void {
    const { index, content_block } = readShape(data, blockStart, 'a block of its answer');
    if (this.#first === undefined || this.#open.has(index))
      throw malformed('a block of its answer is astray');
    this.#open.set(index, growing(content_block));
  }

  #grow(data: string): void {
    const { index, delta } = readShape(data, blockDelta, 'a piece of its answer');
    const one = this.#open.get(index);
    if (one === undefined) throw malformed('a piece of its answer belongs to no block');
    if (delta.type === 'citations_delta') return;
    if (delta.type === 'signature_delta' && one.block.type === 'thinking') one.signature += delta.signature;
    else if (delta.type === 'thinking_delta' && one.block.type === 'thinking')
      one.pieces.push(delta.thinking);
    else if (delta.type === 'input_json_delta' && one.block.type === 'tool_use')
      one.pieces.push(delta.partial_json);
    else if (delta.type === 'text_delta' && one.block.type === 'text') one.pieces.push(delta.text);
    else throw malformed('a piece of its answer is of another kind than its block');
  }

  #closeBlock(data: string): void {
    const { index } = readShape(data, blockStop, 'the end of a block of its answer');
    const one = this.#open.get(index);
    if (one === undefined) throw malformed('its answer closes a block that is not open');
    this.#open.delete(index);
    this.#done.push({ index, growing: one });
  }

  #conclude(data: string): void {
    const { delta, usage } = readShape(data, messageDelta, 'the end of its answer');
    this.#last = usage;
    if (delta.stop_reason !== null) this.#stop = delta.stop_reason;
  }

  /** A call that was cut off by the limit is no call. */
  #blocks(stop: ModelStop): readonly ModelBlock[] {
    const inOrder = this.#done.toSorted((a, b) => a.index - b.index).map((one) => one.growing);
    const isCutCall = (one: Growing) => stop === 'length' && one.block.type === 'tool_use';
    return inOrder.filter((one) => !isCutCall(one)).map(grown);
  }
}

function saidError(data: string): WireFault {
  const { error } = readShape(data, errorBody, 'the error in its answer');
  return new WireFault(
    faultOfType(error.type) ?? 'rejected',
    `it broke off: ${error.type}: ${error.message}`,
  );
}
