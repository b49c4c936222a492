import type { ModelBlock, ModelStop } from '../../../domain/model.ts';
import { readShape } from '../json.ts';
import type { AnswerFold, WholeAnswer, WireEvent } from '../wire.ts';
import { malformed, WireFault } from '../wire-fault.ts';
import { stopOf, ToolCalls, usageOf } from './answers.ts';
import { chatError, faultOfCode } from './errors.ts';
import { type ChatDelta, type ChatUsage, chunk } from './shapes.ts';

/** A stream of chat completions. It is whole with a reason for its end, and the word that ends the stream. */
export class ChatFold implements AnswerFold {
  readonly #text: string[] = [];
  readonly #refusal: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #calls = new ToolCalls();
  #model: string | undefined;
  #finish: string | undefined;
  #usage: ChatUsage | undefined;
  isEnded = false;

  take({ data }: WireEvent): void {
    if (data.trim() === '[DONE]') {
      this.isEnded = true;
      return;
    }
    const { model, choices, usage, error } = readShape(data, chunk, 'a piece of its answer');
    if (error !== undefined && error !== null) throw saidError(data);
    this.#model ??= model ?? undefined;
    this.#usage = usage ?? this.#usage;
    for (const { index, delta, finish_reason } of choices) {
      if (index !== 0) throw malformed('it gives several answers to one question');
      this.#grow(delta);
      this.#finish = finish_reason ?? this.#finish;
    }
  }

  end(): WholeAnswer {
    if (this.#finish === undefined || !this.isEnded)
      throw new WireFault('cut-off', 'its answer ends before its end');
    if (this.#model === undefined) throw malformed('it does not say which model answered');
    const usage = this.#usage && usageOf(this.#usage);
    const stop = this.#stop(stopOf(this.#finish, usage));
    return { blocks: this.#blocks(stop), stop, usage, answeredBy: this.#model };
  }

  #grow(delta: ChatDelta): void {
    this.#text.push(delta.content ?? '');
    this.#refusal.push(delta.refusal ?? '');
    this.#reasoning.push(delta.reasoning_content ?? delta.reasoning ?? '');
    for (const call of delta.tool_calls ?? []) this.#calls.take(call);
  }

  /** A refusal ends as any answer does, and some servers say `stop` where they call a tool. */
  #stop(said: ModelStop): ModelStop {
    if (said === 'end' && this.#refusal.join('') !== '') return 'refusal';
    return said === 'end' && this.#calls.count > 0 ? 'tool-call' : said;
  }

  /** A call that was cut off by the limit is no call. */
  #blocks(stop: ModelStop): readonly ModelBlock[] {
    const reasoning = this.#reasoning.join('');
    const text = this.#text.join('') + this.#refusal.join('');
    return [
      ...(reasoning === '' ? [] : [{ kind: 'reasoning', text: reasoning } as const]),
      ...(text === '' ? [] : [{ kind: 'text', text } as const]),
      ...(stop === 'length' ? [] : this.#calls.blocks()),
    ];
  }
}

function saidError(data: string): WireFault {
  const { type, message } = chatError(data);
  const fault = (type === undefined ? undefined : faultOfCode(type)) ?? 'overloaded';
  return new WireFault(fault, `it broke off: ${[type, message].filter(Boolean).join(': ')}`);
}
