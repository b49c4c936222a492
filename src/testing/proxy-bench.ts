import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SystemClock } from '../adapters/clock/system.ts';
import { Breaker } from '../adapters/model/around/breaking.ts';
import { Budgets } from '../adapters/model/around/budgets.ts';
import { usualBreaker } from '../adapters/model/around/guarded.ts';
import { LinedSpendingBook, SpendingInMemory } from '../adapters/model/around/spending-book.ts';
import { proxiedMessages } from '../adapters/model-proxy/anthropic/proxied.ts';
import type { ProxiedModel } from '../adapters/model-proxy/carry.ts';
import { ModelProxy, type ModelProxyOptions } from '../adapters/model-proxy/model-proxy.ts';
import { proxiedChat } from '../adapters/model-proxy/openai/proxied.ts';
import { proxiedResponses } from '../adapters/model-proxy/openai-responses/proxied.ts';
import type { ModelExchange } from '../domain/model.ts';
import type { ModelBudget } from '../domain/model-budget.ts';
import { ModelServer, type ModelServerOptions } from './model-server/model-server.ts';
import type { ScriptInput } from './model-server/script.ts';

export const realKey = 'sk-real-0123456789abcdef';
export const jobToken = 'autoland-job-token-7f3a';

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export type BenchOptions = {
  readonly script: ScriptInput['steps'];
  readonly budget?: ModelBudget;
  readonly proxy?: Partial<ModelProxyOptions>;
  readonly server?: Partial<ModelServerOptions>;
  /** Models of other servers. */
  readonly more?: readonly ProxiedModel[];
};

/** A proxy before a scripted server, and a client before the proxy. */
export class ProxyBench {
  readonly kept: ModelExchange[] = [];
  readonly refused: { readonly path: string; readonly reason: string }[] = [];
  readonly dir = mkdtempSync(join(tmpdir(), 'autoland-model-proxy-'));
  readonly socket = join(this.dir, 'model.sock');
  readonly pages = new SpendingInMemory();
  #server: ModelServer | undefined;
  #proxy: ModelProxy | undefined;

  async open({
    script,
    budget = {},
    proxy = {},
    server = {},
    more = [],
  }: BenchOptions): Promise<ModelServer> {
    const keyFile = join(this.dir, 'key');
    writeFileSync(keyFile, `${realKey}\n`, { mode: 0o600 });
    const there = await ModelServer.open({ script: { steps: script }, key: realKey, ...server });
    this.#server = there;
    const clock = new SystemClock();
    const identity = { name: 'coder', family: 'test', model: 'model-1', scripted: true };
    const prices = { input: 3, output: 15 };
    const breaker = new Breaker(usualBreaker, clock);
    const at = (url: string) => ({ identity, prices, server: { url, keyFile }, breaker });
    this.#proxy = new ModelProxy({
      socket: this.socket,
      token: jobToken,
      models: [
        { ...at(there.url), proxied: proxiedMessages },
        { ...at(`${there.url}/v1`), proxied: proxiedChat('openai') },
        { ...at(`${there.url}/v1`), proxied: proxiedResponses },
        ...more,
      ],
      budgets: new Budgets(
        new LinedSpendingBook(this.pages, Date.now),
        { perChange: budget, perDay: {} },
        clock,
      ),
      change: 'change-1',
      log: { record: async (one) => void this.kept.push(one) },
      clock,
      onRefused: (one) => this.refused.push(one),
      ...proxy,
    });
    await this.#proxy.start();
    return there;
  }

  /** As a client of Anthropic's does. */
  messages(more: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    const own = {
      'anthropic-version': '2026-10-21',
      'x-api-key': jobToken,
      'anthropic-beta': 'mcp-client-2025-04-04',
    };
    return this.send('/v1/messages?beta=true', { ...messagesBody, ...more }, { ...own, ...headers });
  }

  /** As a client of OpenAI's does. */
  chat(more: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send(
      '/v1/chat/completions',
      { ...chatBody, ...more },
      { authorization: `Bearer ${jobToken}`, ...headers },
    );
  }

  /** As younger ones do. */
  responses(more: object = {}): Promise<Reply> {
    const headers = { authorization: `Bearer ${jobToken}` };
    return this.send('/v1/responses', { ...responsesBody, ...more }, headers);
  }

  async send(
    path: string,
    body: object | string | undefined,
    headers: Record<string, string>,
  ): Promise<Reply> {
    const sent = request({
      socketPath: this.socket,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      agent: false,
    });
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const { statusCode: status = 0, headers: told } = answer;
      text(answer).then((said) => resolve({ status, headers: told, body: said }), reject);
    });
    sent.end(typeof body === 'string' ? body : JSON.stringify(body));
    return promise;
  }

  /** How many questions the server has got. */
  asked(): number {
    return this.#server?.asked.length ?? 0;
  }

  /** Again: does nothing. */
  async close(): Promise<void> {
    await this.#proxy?.close();
    await this.#server?.close();
    this.#server = undefined;
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const messagesBody = {
  model: 'model-1',
  max_tokens: 500,
  stream: true,
  system: [{ type: 'text', text: 'You mend crashes.', cache_control: { type: 'ephemeral' } }],
  messages: [{ role: 'user', content: 'Where is it?' }],
  tools: [{ name: 'read', description: 'reads a file', input_schema: { type: 'object' } }],
  metadata: { user_id: 'somebody' },
};

export const chatBody = {
  model: 'model-1',
  stream: true,
  messages: [
    { role: 'system', content: 'You mend crashes.' },
    { role: 'user', content: 'Where is it?' },
  ],
  user: 'somebody',
};

export const responsesBody = {
  model: 'model-1',
  stream: true,
  store: true,
  instructions: 'You mend crashes.',
  input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Where is it?' }] }],
  tools: [
    { type: 'function', name: 'read', description: 'reads', parameters: { type: 'object' }, strict: false },
  ],
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'somebody',
};
