import type { ModelBlock, ModelMessage, ModelReply } from '../../domain/model.ts';
import { counted } from '../../domain/words.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Model } from '../../ports/model.ts';
import type { ToolLog } from '../../ports/tool-log.ts';
import type { TestsRun, Workbench } from '../../ports/workbench.ts';
import { Circles } from './circles.ts';
import { firstMessage, notes, systemPrompt } from './prompt.ts';
import { type Answer, Tools } from './run-tools.ts';
import { readWish, type ToolWish, taskTools } from './tools.ts';
import type { WritingRules } from './writing.ts';

export type LoopDeps = {
  /** Recorded, counted, bounded: what it takes in all is for its budget to say. */
  readonly model: Model;
  readonly bench: Workbench;
  readonly log: ToolLog;
  readonly clock: Clock;
};

export type LoopJob = {
  readonly task: string;
  /** What others wrote about it; null: nothing. */
  readonly data: string | null;
  /** Why what was handed in before was turned away; null: nothing was. */
  readonly feedback: string | null;
  readonly rules: WritingRules;
  /** Unguessable, of this task alone. */
  readonly nonce: string;
  /** Questions to the model. */
  readonly rounds: number;
  readonly seconds: number;
};

export type LoopEnd =
  | {
      readonly kind: 'done';
      readonly files: ReadonlyMap<string, string>;
      readonly summary: string;
      /** undefined: nobody ran the tests after the last edit. */
      readonly tested: TestsRun['kind'] | undefined;
    }
  /** `why`: the end of a sentence that begins with the agent. */
  | { readonly kind: 'failed'; readonly why: string };

const most = { outputTokens: 16_000, mends: 3, callsAtOnce: 16 };

/**
 * A model works on a task by tools until it says that it is done. It is ended after so many rounds or seconds, over its budget, and where it
 * goes round in circles. Nothing that it wrote counts unless it ends as it must.
 */
export async function runTaskLoop(deps: LoopDeps, job: LoopJob): Promise<LoopEnd> {
  const until = AbortSignal.timeout(job.seconds * 1000);
  const loop = new Loop(deps, job);
  for (let round = 1; round <= job.rounds; round += 1) {
    const reply = await loop.ask(until);
    if (until.aborted) return failed(`went over its ${counted(job.seconds, 'second')}`);
    const end = await loop.take(reply, until);
    if (end !== undefined) return end;
  }
  return failed(`did not finish within ${counted(job.rounds, 'round')}`);
}

type Call = Extract<ModelBlock, { kind: 'tool-call' }>;

class Loop {
  readonly #deps: LoopDeps;
  readonly #tools: Tools;
  readonly #system: string;
  readonly #messages: ModelMessage[];
  readonly #circles = new Circles();
  /** How often it was asked again for an answer that was none. */
  #mends = 0;

  constructor(deps: LoopDeps, job: LoopJob) {
    this.#deps = deps;
    this.#tools = new Tools(deps.bench, job.rules, job.nonce);
    this.#system = systemPrompt(job.nonce);
    this.#messages = [{ role: 'user', text: firstMessage(job) }];
  }

  ask(signal: AbortSignal): Promise<ModelReply> {
    const request = {
      ...{ system: this.#system, messages: [...this.#messages], tools: taskTools },
      maxOutputTokens: most.outputTokens,
    };
    return this.#deps.model.ask(request, signal);
  }

  /** undefined: it goes on. */
  async take(reply: ModelReply, until: AbortSignal): Promise<LoopEnd | undefined> {
    if (reply.kind === 'fault')
      return reply.fault === 'malformed'
        ? this.#mend(notes.unread(reply.reason), reply.reason)
        : failed(`could not ask its model: ${reply.reason}`);
    if (reply.stop === 'refusal') return failed('was refused by its model');
    // A call may be cut in the middle, and still be JSON.
    if (reply.stop === 'length') return this.#mend(notes.cut, 'its answer was cut off for its length');
    const calls = reply.blocks.filter((block) => block.kind === 'tool-call');
    if (reply.blocks.some(isSomething)) this.#messages.push({ role: 'model', blocks: reply.blocks });
    if (calls.length === 0) return this.#mend(notes.idle, 'it called no tool');
    return this.#answerAll(calls, until);
  }

  #mend(note: string, why: string): LoopEnd | undefined {
    this.#mends += 1;
    if (this.#mends > most.mends) return failed(`cannot be worked with: ${why}`);
    this.#messages.push({ role: 'user', text: note });
    return undefined;
  }

  /** Every call must be answered, or the next request is refused. */
  async #answerAll(calls: readonly Call[], until: AbortSignal): Promise<LoopEnd | undefined> {
    for (const [at, call] of calls.entries()) {
      if (until.aborted) return failed('went over its time');
      const wish = at < most.callsAtOnce ? readWish(call.tool, call.input) : 'too many calls at once';
      const met = this.#circles.take(call.tool, call.input);
      if (met === 'ended') return failed(`goes round in circles: it calls ${toolOf(wish)} again and again`);
      if (typeof wish !== 'string' && wish.tool === 'finish') return this.#finish(wish.input);
      const answer = await this.#answer(call, wish, met);
      const { id, tool } = call;
      this.#messages.push({ role: 'tool', id, tool, ...answer });
    }
    return undefined;
  }

  async #answer(call: Call, wish: ToolWish | string, met: 'fine' | 'told'): Promise<Answer> {
    const startedAt = this.#deps.clock.now();
    const answer = await this.#answerTo(wish, met);
    const ms = this.#deps.clock.now().getTime() - startedAt.getTime();
    // It is safely kept before the model is told.
    await this.#deps.log.recordCall({ ...call, ...answer, startedAt, ms });
    return answer;
  }

  async #answerTo(wish: ToolWish | string, met: 'fine' | 'told'): Promise<Answer> {
    if (typeof wish === 'string') return { output: `error: ${wish}`, isError: true };
    if (met === 'told')
      return { output: 'error: you asked that before, and nothing has changed since', isError: true };
    if (wish.tool === 'finish') throw new Error('the end of a task is no call to answer');
    const before = this.#tools.draft.get(pathOf(wish));
    const answer = await this.#tools.answer(wish);
    if (this.#tools.draft.get(pathOf(wish)) !== before) this.#circles.forget();
    return answer;
  }

  #finish({ isDone, summary }: Extract<ToolWish, { tool: 'finish' }>['input']): LoopEnd {
    // Its words stand in the recording: the journal can forget nothing.
    if (!isDone) return failed('says that it cannot be done');
    const { draft, tested } = this.#tools;
    return { kind: 'done', files: new Map(draft), summary, tested };
  }
}

function pathOf(wish: ToolWish): string {
  return 'path' in wish.input ? wish.input.path : '';
}

function toolOf(wish: ToolWish | string): string {
  return typeof wish === 'string' ? 'a tool that is not there' : wish.tool;
}

/** A provider refuses a message without anything in it. */
function isSomething(block: ModelBlock): boolean {
  return block.kind === 'tool-call' || (block.kind === 'text' && block.text.trim() !== '');
}

function failed(why: string): LoopEnd {
  return { kind: 'failed', why };
}
