import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTranscript } from './read-transcript.ts';

const lines = (...all: readonly (object | string)[]) =>
  all.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');

const init = { type: 'system', subtype: 'init', session_id: 's1', tools: ['Read'], model: 'claude-x' };
const assistant = (...content: readonly unknown[]) => ({
  type: 'assistant',
  message: { id: 'm1', role: 'assistant', content, usage: { input_tokens: 4, output_tokens: 1 } },
  session_id: 's1',
});
const answered = (content: unknown, isError?: boolean) => ({
  type: 'user',
  message: {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content, is_error: isError }],
  },
});
const success = {
  ...{ type: 'result', subtype: 'success', is_error: false, result: 'Done.', num_turns: 2 },
  ...{ total_cost_usd: 0.0125, duration_ms: 1 },
  usage: { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 7 },
};

describe('stream-json, as Claude Code prints it', () => {
  it('is what the model thought, said and called, what tools answered, and what it took', () => {
    const read = readTranscript(
      lines(
        init,
        assistant({ type: 'thinking', thinking: 'Look first.', signature: 'x' }),
        assistant(
          { type: 'text', text: 'I read it.' },
          { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: 'a.js' } },
        ),
        answered([
          { type: 'text', text: 'a;' },
          { type: 'image', source: 1 },
        ]),
        success,
      ),
    );
    expect(read).toEqual({
      told: [
        { role: 'printed', text: JSON.stringify(init) },
        { role: 'model', blocks: [{ kind: 'reasoning', text: 'Look first.' }] },
        { role: 'model', blocks: [{ kind: 'text', text: 'I read it.' }] },
        {
          role: 'model',
          blocks: [{ kind: 'tool-call', id: 'toolu_1', tool: 'Read', input: { file_path: 'a.js' } }],
        },
        {
          ...{ role: 'tool', id: 'toolu_1', tool: 'Read', isError: false },
          output: 'a;\n{"type":"image","source":1}',
        },
      ],
      usage: { inputTokens: 17, outputTokens: 7, microdollars: 12_500 },
      end: { kind: 'done' },
    });
  });

  it.each([
    ['an end with a fault', { ...success, is_error: true, result: 'no credit' }, /no credit/],
    ['turns that ran out', { ...success, subtype: 'error_max_turns', result: undefined }, /error_max_turns/],
  ])('failed at %s, whatever the exit code', (_what, end, why) => {
    expect(readTranscript(lines(init, end))?.end).toEqual({
      kind: 'failed',
      why: expect.stringMatching(why),
    });
  });

  it('is open without an end', () => {
    expect(readTranscript(lines(init, assistant({ type: 'text', text: 'hm' })))?.end).toEqual({
      kind: 'open',
    });
  });
});

describe('exec --json, as Codex prints it', () => {
  const thread = { type: 'thread.started', thread_id: 't1' };
  const command = { id: 'item_1', type: 'command_execution', command: 'bash -lc ls' };
  const item = (what: 'started' | 'completed', one: object) => ({ type: `item.${what}`, item: one });
  const turn = {
    type: 'turn.completed',
    usage: { input_tokens: 30, cached_input_tokens: 8, output_tokens: 4 },
  };

  it('is the same, with what was begun and not ended', () => {
    const read = readTranscript(
      lines(
        thread,
        { type: 'turn.started' },
        item('completed', { id: 'item_0', type: 'reasoning', text: 'Look.' }),
        item('started', { ...command, aggregated_output: '', exit_code: null, status: 'in_progress' }),
        item('completed', { ...command, aggregated_output: 'a.js\n', exit_code: 2, status: 'failed' }),
        item('completed', { id: 'item_2', type: 'agent_message', text: 'Done.' }),
        item('completed', { id: 'item_3', type: 'todo_list', items: [] }),
        item('started', { ...command, id: 'item_4' }),
        turn,
        turn,
      ),
    );
    const call = (id: string) => ({
      role: 'model',
      blocks: [{ kind: 'tool-call', id, tool: 'command_execution', input: { command: 'bash -lc ls' } }],
    });
    expect(read).toEqual({
      told: [
        { role: 'model', blocks: [{ kind: 'reasoning', text: 'Look.' }] },
        call('item_1'),
        { role: 'tool', id: 'item_1', tool: 'command_execution', output: 'a.js\n', isError: true },
        { role: 'model', blocks: [{ kind: 'text', text: 'Done.' }] },
        { role: 'printed', text: '{"id":"item_3","type":"todo_list","items":[]}' },
        call('item_4'),
      ],
      usage: { inputTokens: 60, outputTokens: 8, microdollars: null },
      end: { kind: 'done' },
    });
  });

  it('failed where its last turn did, and not where a later one mended it', () => {
    const failed = { type: 'turn.failed', error: { message: 'stream closed' } };
    expect(readTranscript(lines(thread, failed))?.end).toEqual({ kind: 'failed', why: 'stream closed' });
    expect(readTranscript(lines(thread, failed, turn))?.end).toEqual({ kind: 'done' });
  });
});

describe('what a hostile program prints', () => {
  it.each([
    ['nothing', ''],
    ['text', 'it works\n{not json'],
    ["anybody's log in JSON", '{"level":"info"}\n{"type":"error","message":"x"}'],
    ['JSON that is too deep', `{"type":"result","a":${'['.repeat(500)}${']'.repeat(500)}}`],
    ['a prototype', '{"__proto__":{"type":"result","subtype":"success","is_error":false}}'],
  ])('is no transcript: %s', (_what, stdout) => {
    expect(readTranscript(stdout)).toBeUndefined();
  });

  it('loses no line that is of no form known here, in its place', () => {
    const cut = '"text":"the end of a line"}]}}';
    const read = readTranscript(lines(cut, init, 'warning: x', '{"type":"new"}', success, 'bye', ''));
    expect(read?.told).toEqual([
      { role: 'printed', text: cut },
      { role: 'printed', text: JSON.stringify(init) },
      { role: 'printed', text: 'warning: x\n{"type":"new"}' },
      { role: 'printed', text: 'bye' },
    ]);
  });

  it('is bounded in pieces, and kept all the same', () => {
    const many = Array.from({ length: 6_000 }, (_, at) => assistant({ type: 'text', text: `word ${at}.` }));
    const read = readTranscript(lines(...many, success));
    expect(read?.told.length).toBe(5_001);
    expect(JSON.stringify(read)).toContain('word 5999.');
    expect(read?.end).toEqual({ kind: 'done' });
  });

  it('is bounded where one line holds them all', () => {
    const huge = { type: 'assistant', message: { content: Array(400_000).fill(1) } };
    const many = Array.from({ length: 20 }, () => assistant(...Array(900).fill(1)));
    const read = readTranscript(lines(init, huge, ...many, success));
    expect(read?.told.length).toBeLessThan(5_010);
    expect(JSON.stringify(read).length).toBeGreaterThan(800_000);
    expect(read?.end).toEqual({ kind: 'done' });
  });

  it('never throws, and says of every text that nobody printed nothing', () => {
    const block = fc.oneof(
      fc.jsonValue(),
      fc.record({ type: fc.constantFrom('text', 'tool_use'), text: fc.jsonValue() }),
    );
    const line = fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constantFrom('assistant', 'user', 'result', 'item.completed', 'turn.completed'),
        message: fc.record({ content: fc.oneof(fc.array(block), fc.string()) }),
        item: fc.record({
          id: fc.string(),
          type: fc.constantFrom('mcp_tool_call', 'toString'),
          tool: fc.jsonValue(),
        }),
        usage: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (all) => {
        const read = readTranscript(all.map((one) => JSON.stringify(one)).join('\n'));
        for (const { role } of read?.told ?? []) expect(['model', 'tool', 'printed']).toContain(role);
        expect(read?.usage?.inputTokens ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });
});
