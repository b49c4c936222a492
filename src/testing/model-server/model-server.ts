import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as breathe } from 'node:timers/promises';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { openaiWire } from './openai-wire.ts';
import { responsesWire } from './responses-wire.ts';
import { type Fails, type Says, type ScriptInput, ScriptReader, scriptSchema } from './script.ts';
import type { ServedWire, WireAnswer, WireQuestion } from './served-wire.ts';

export type ModelServerOptions = {
  readonly script: ScriptInput;
  /** Goes before the script, for an answer that depends on the question; undefined: the script has it. */
  readonly says?: (body: Asked['body']) => string | undefined;
  /** Whoever shows another one is refused; absent: none is wanted. */
  readonly key?: string;
  readonly port?: number;
  /** Whether its answers say that they are scripted; a test may play a server that is not. */
  readonly isMarked?: boolean;
};

export type Asked = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
};

const wires: ReadonlyMap<string, ServedWire> = new Map([
  ['/v1/messages', anthropicWire],
  ['/v1/chat/completions', openaiWire],
  ['/v1/responses', responsesWire],
]);

/** A real server on this machine that speaks as Anthropic's and OpenAI's do, and says what a script says. */
export class ModelServer {
  readonly asked: Asked[] = [];
  readonly #options: ModelServerOptions;
  readonly #reader: ScriptReader;
  readonly #server: Server;

  private constructor(options: ModelServerOptions) {
    this.#options = options;
    this.#reader = new ScriptReader(scriptSchema.parse(options.script));
    this.#server = createServer((request, response) => {
      response.on('error', () => response.destroy());
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  static async open(options: ModelServerOptions): Promise<ModelServer> {
    const made = new ModelServer(options);
    made.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  /** As the settings of a client of Anthropic's want it; one of OpenAI's adds `/v1`. */
  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#options.isMarked !== false) response.setHeader('autoland-scripted', '1');
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const wire = wires.get(path);
    const body = parsed(await text(request));
    if (wire === undefined || request.method !== 'POST' || body === undefined)
      return send(response, wire === undefined ? 404 : 400, (wire ?? openaiWire).error(404, 'not found'));
    this.asked.push({ path, headers: request.headers, body });
    const { key } = this.#options;
    if (key !== undefined && wire.keyOf(request.headers) !== key)
      return send(response, 401, wire.error(401, `invalid key: ${wire.keyOf(request.headers)}`));
    return this.#answer(wire, { headers: request.headers, body }, response);
  }

  async #answer(wire: ServedWire, question: WireQuestion, response: ServerResponse): Promise<void> {
    const problem = wire.problem(question);
    if (problem !== undefined) return send(response, 400, wire.error(400, problem));
    const model = String(question.body.model);
    const said = this.#options.says?.(question.body);
    const step =
      said === undefined
        ? this.#reader.next(JSON.stringify(question.body), model)
        : { answer: { ...sample, blocks: [{ kind: 'text' as const, text: said }] } };
    if (step === undefined) return send(response, 500, wire.error(500, 'the script has no answer to that'));
    const { answer } = step;
    if (answer.kind !== 'says') return fail(wire, answer, model, response);
    const whole = answerOf(answer, model);
    if (question.body.stream !== true) return send(response, 200, wire.whole(whole));
    stream(response);
    for (const event of wire.events(whole)) {
      response.write(event);
      // Otherwise all of it would come in one piece, as it never does.
      await breathe();
    }
    response.end();
  }
}

function answerOf(says: Says, model: string): WireAnswer {
  const calls = says.blocks.some(({ kind }) => kind === 'tool-call');
  return { says, model, stop: says.stop ?? (calls ? 'tool-call' : 'end') };
}

const sample: Says = {
  kind: 'says',
  blocks: [{ kind: 'text', text: '{"verdict":"no objection","findings":[]}' }],
  usage: { input: 100, output: 20, cacheRead: 0, cacheWrite: 0 },
};

async function fail(wire: ServedWire, how: Fails, model: string, response: ServerResponse): Promise<void> {
  if (how.kind === 'silent') return;
  if (how.kind === 'status') {
    for (const [name, value] of Object.entries(how.headers)) response.setHeader(name, value);
    return send(response, how.status, wire.error(how.status, how.message, how.type));
  }
  if (how.kind === 'page') {
    response.writeHead(200, { 'content-type': how.type }).end(how.body);
    return;
  }
  stream(response);
  const events = wire.events(answerOf(sample, model));
  if (how.kind === 'floods') return flood(wire, events, response);
  response.write(events.slice(0, how.events).join(''));
  await breathe();
  if (how.kind === 'breaks') response.end(wire.errorEvent(how.type, how.message));
  else if (how.kind === 'babbles') response.end(wire.babble(how.data) + events.slice(how.events).join(''));
  else if (how.kind === 'cut' && how.how === 'end') response.end();
  else if (how.kind === 'cut') response.socket?.resetAndDestroy();
}

async function flood(wire: ServedWire, events: readonly string[], response: ServerResponse): Promise<void> {
  response.write(events.slice(0, 3).join(''));
  while (!response.destroyed) {
    if (!response.write(wire.endless()))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    await breathe();
  }
}

function stream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
