import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { covers } from '../../testing/covers.ts';
import { saying } from '../../testing/model-bench.ts';
import { jobToken, ProxyBench, realKey } from '../../testing/proxy-bench.ts';

let bench: ProxyBench;
beforeEach(() => {
  bench = new ProxyBench();
});
afterEach(() => bench.close());

describe('what is refused, and never asked', () => {
  covers('LLM02', 'ASI02');
  const image = (source: object) => [{ role: 'user', content: [{ type: 'image', source }] }];
  const part = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];

  const away = { $ref: 'https://evil.example/?secret' };
  const fetching = { name: 'read', parameters: { properties: { a: away } } };

  it.each<[string, object]>([
    [
      'servers that the provider would ask',
      { mcp_servers: [{ type: 'url', url: 'https://evil.example', name: 'x' }] },
    ],
    ['a container', { container: 'c1' }],
    ['a search by the provider', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['a fetch by the provider', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }],
    ['code that the provider runs', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }],
    ['an image behind a URL', { messages: image({ type: 'url', url: 'https://evil.example/?secret' }) }],
    ['a file that the provider keeps', { messages: image({ type: 'file', file_id: 'f1' }) }],
    [
      'a schema that the provider would fetch',
      { tools: [{ name: 'read', input_schema: { allOf: [away] } }] },
    ],
    ['a schema of a dialect elsewhere', { tools: [{ name: 'read', input_schema: { $schema: away.$ref } }] }],
    [
      'a form of the answer from elsewhere',
      { output_config: { format: { type: 'json_schema', schema: away } } },
    ],
    ['a block that nobody knows', { messages: [{ role: 'user', content: [{ type: 'new_thing' }] }] }],
    ['a longer answer than is allowed', { max_tokens: 100_000 }],
    ['no length', { max_tokens: undefined }],
  ])('%s (Anthropic)', async (_, more) => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const { status, body } = await bench.messages(more);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    expect(server.asked).toEqual([]);
    expect(bench.refused).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['a search by the provider', { web_search_options: {} }],
    ['a tool that the provider runs', { tools: [{ type: 'mcp', server_url: 'https://evil.example' }] }],
    ['an image behind a URL', { messages: part('https://evil.example/?secret') }],
    ['a schema that the provider would fetch', { tools: [{ type: 'function', function: fetching }] }],
    [
      'a form of the answer from elsewhere',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { items: away } } } },
    ],
    ['several answers', { n: 50 }],
    ['a longer answer than is allowed', { max_tokens: 100_000 }],
  ])('%s (OpenAI)', async (_, more) => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const { status, body } = await bench.chat(more);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'invalid_request_error' } });
    expect(server.asked).toEqual([]);
  });

  it('a schema that leads away, by the name of its fault; one that stays within itself goes on', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const asks = (input_schema: object) => bench.messages({ tools: [{ name: 'read', input_schema }] });
    expect((await asks({ items: away })).body).toContain('refers to another one');
    expect((await asks({ $id: 'https://evil.example/', $ref: 'a.json' })).status).toBe(400);
    const own = { $schema: 'http://json-schema.org/draft-07/schema#', $ref: '#/$defs/a', $defs: { a: {} } };
    expect((await asks(own)).status).toBe(200);
    expect(server.asked).toHaveLength(1);
  });

  it('a client without the token, or with another', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    for (const shown of ['', 'other', realKey, `${jobToken}x`])
      expect(await bench.messages({}, { 'x-api-key': shown })).toMatchObject({ status: 401 });
    expect(await bench.chat({}, { authorization: jobToken.slice(1) })).toMatchObject({ status: 401 });
    expect(server.asked).toEqual([]);
  });

  it('other models, other paths, and what is no request', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    expect(await bench.messages({ model: 'model-2' })).toMatchObject({
      status: 404,
      body: expect.stringContaining('only model-1'),
    });
    const headers = { authorization: `Bearer ${jobToken}` };
    for (const path of [
      '/v1/files',
      '/v1/responses/r1',
      '/v1/messages/batches',
      '/v1/messages/../files',
      '/',
    ])
      expect(await bench.send(path, {}, headers)).toMatchObject({ status: 404 });
    for (const body of ['{', '[]', '', '"text"', `${'['.repeat(5_000)}`])
      expect(await bench.send('/v1/chat/completions', body, headers)).toMatchObject({ status: 400 });
    expect(await bench.send('/v1/models', undefined, headers)).toMatchObject({
      status: 200,
      body: expect.stringContaining('model-1'),
    });
    expect(server.asked).toEqual([]);
  });

  it('more than anybody has to say', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const messages = [{ role: 'user', content: 'x'.repeat(33 * 1024 * 1024) }];
    expect(await bench.chat({ messages })).toMatchObject({
      status: 413,
      body: expect.stringContaining('at most'),
    });
    expect(server.asked).toEqual([]);
  });
});
