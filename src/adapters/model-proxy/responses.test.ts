import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saying } from '../../testing/model-bench.ts';
import { ProxyBench, realKey } from '../../testing/proxy-bench.ts';

let bench: ProxyBench;
beforeEach(() => {
  bench = new ProxyBench();
});
afterEach(() => bench.close());

const calls = saying({
  blocks: [
    { kind: 'reasoning', text: 'I look first.', isRedacted: false },
    { kind: 'tool-call', tool: 'read', input: { path: 'a.ts' } },
  ],
});

describe('the responses API', () => {
  it('goes on without what the provider would keep, and comes back as it was', async () => {
    const server = await bench.open({ script: [{ answer: calls }] });
    const { status, body } = await bench.responses();
    expect(status).toBe(200);
    expect(body).toMatch(/^event: response\.created\n/);
    expect(body).toMatch(/event: response\.completed\ndata: .*\n\n$/);
    expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${realKey}`);
    expect(server.asked[0]?.body).toMatchObject({ store: false, max_output_tokens: 64_000 });
    expect(server.asked[0]?.body).not.toHaveProperty('prompt_cache_key');
  });

  it('is kept whole, over several turns and in one piece', async () => {
    await bench.open({ script: [{ answer: calls }] });
    const { status } = await bench.responses({
      stream: false,
      input: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Where is it?' },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'x' },
        { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path":"b.ts"}' },
        { type: 'function_call_output', call_id: 'c1', output: 'not there' },
      ],
    });
    expect(status).toBe(200);
    expect(bench.kept).toMatchObject([
      {
        request: {
          system: 'You mend crashes.\n\nBe brief.',
          messages: [
            { role: 'user', text: 'Where is it?' },
            {
              role: 'model',
              blocks: [
                { kind: 'reasoning', text: 'Hm.', signature: 'x' },
                { kind: 'tool-call', id: 'c1', tool: 'read', input: { path: 'b.ts' } },
              ],
            },
            { role: 'tool', id: 'c1', tool: 'read', output: 'not there', isError: false },
          ],
        },
        reply: {
          kind: 'answer',
          blocks: [
            { kind: 'reasoning', text: 'I look first.', signature: 'gAAAAABm3va3' },
            { kind: 'tool-call', id: 'call_1', tool: 'read', input: { path: 'a.ts' } },
          ],
          stop: 'tool-call',
          usage: { inputTokens: 100, outputTokens: 20, microdollars: 600 },
        },
      },
    ]);
  });

  it('lets clients group their own tools, and nothing else in a group', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const close = { type: 'function', name: 'close', description: 'ends it', parameters: { type: 'object' } };
    const group = { type: 'namespace', name: 'agents', description: 'of agents', tools: [close] };
    const input = [
      { role: 'user', content: 'x' },
      { type: 'function_call', call_id: 'c1', name: 'close', namespace: 'agents', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
    ];
    expect(await bench.responses({ tools: [group], input })).toMatchObject({ status: 200 });
    expect(server.asked[0]?.body).toMatchObject({ tools: [group], input });
    expect(bench.kept).toMatchObject([
      {
        request: {
          tools: [{ name: 'agents.close' }],
          messages: [{}, { blocks: [{ tool: 'agents.close' }] }, { tool: 'agents.close' }],
        },
      },
    ]);
    const tools = [{ ...group, tools: [close, { type: 'web_search' }] }];
    expect(await bench.responses({ tools })).toMatchObject({ status: 400 });
  });

  it.each<[string, object]>([
    ['a search by the provider', { tools: [{ type: 'web_search' }] }],
    ['servers that the provider would ask', { tools: [{ type: 'mcp', server_url: 'https://evil.example' }] }],
    ['code that the provider runs', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }],
    ['what the provider remembers', { previous_response_id: 'resp_1' }],
    ['a conversation that it keeps', { conversation: 'conv_1' }],
    ['work behind our back', { background: true }],
    ['a prompt that it keeps', { prompt: { id: 'pmpt_1' } }],
    [
      'an image behind a URL',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://evil.example/' }] }] },
    ],
    ['a file that it keeps', { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f1' }] }] }],
    ['an item that it keeps', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['what else it can tell', { include: ['web_search_call.action.sources'] }],
  ])('refuses %s', async (_, more) => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    expect(await bench.responses(more)).toMatchObject({
      status: 400,
      body: expect.stringContaining('invalid_request_error'),
    });
    expect(server.asked).toEqual([]);
  });

  it('has no end where it breaks off, or cannot be kept', async () => {
    await bench.open({ script: [{ answer: { kind: 'cut', how: 'end', events: 5 } }] });
    const cut = await bench.responses();
    expect(cut.body).toMatch(/event: error\ndata: .*does not answer/);
    expect(cut.body).not.toContain('response.completed');
    expect(bench.kept).toMatchObject([{ reply: { fault: 'cut-off' } }]);
    await bench.close();
    bench = new ProxyBench();
    const log = { record: () => Promise.reject(new Error('no space left')) };
    await bench.open({ script: [{ answer: saying() }], proxy: { log } });
    expect((await bench.responses()).body).not.toContain('response.completed');
  });
});
