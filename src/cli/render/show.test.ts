import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ShownToolCall } from '../../views/conversation.ts';
import type { ShownEntry, ShowView } from '../../views/exchanges.ts';
import { totalOf } from '../../views/exchanges.ts';
import { renderShow } from './show.ts';
import { width } from './text.ts';

const content = (n: number) => `hmac-sha256:${String(n).repeat(64)}` as const;
const asked: ShownEntry = {
  kind: 'exchange',
  index: 4,
  at: '2026-11-30T02:00:00.000Z',
  role: 'judge',
  task: null,
  content: content(1),
  ms: 1200,
  redacted: 0,
  model: { name: 'careful', family: 'llama', model: 'llama-4' },
  scripted: false,
  maxOutputTokens: 1000,
  temperature: 0,
  answeredBy: 'llama-4',
  outcome: { kind: 'answer', how: 'end' },
  usage: { inputTokens: 100, outputTokens: 20, microdollars: 3100 },
  said: {
    system: { value: 'You review changes.' },
    tools: { value: [{ name: 'read' }] },
    schema: null,
    like: null,
    messages: [{ message: { value: { role: 'user', text: 'is it safe?' } }, isRepeated: false }],
    reply: {
      value: {
        role: 'model',
        blocks: [
          { kind: 'reasoning', text: 'it loops', isSigned: true },
          { kind: 'text', text: 'it is not' },
          { kind: 'tool-call', id: 'a', tool: 'read', input: { path: 'a.ts' } },
        ],
      },
    },
    reason: null,
  },
};
const ran: Extract<ShownEntry, { kind: 'tool-call' }> = {
  kind: 'tool-call',
  index: 5,
  at: '2026-11-30T02:00:02.000Z',
  role: 'agent',
  task: 'mend-7',
  content: content(2),
  ms: 30,
  redacted: 1,
  tool: 'read',
  isError: true,
  told: null,
  said: {
    input: { value: { path: 'a.ts' } },
    result: { value: { role: 'tool', id: 'a', tool: 'read', output: 'no such file', isError: true } },
    told: null,
  },
};

function show(entries: readonly ShownEntry[], over: Partial<ShowView> = {}, isFull = false): string[] {
  const change = { title: 'ejs 2.6.2', state: 'held' };
  const view = { id: 'chg_0123456789ab', change, totals: totalOf(entries), entries, erasures: [], ...over };
  return renderShow(view, { isFull }).map(stripVTControlCharacters);
}

describe('renderShow', () => {
  it('tells who asked which model what, what it thought, and what tools answered', () => {
    expect(show([asked, ran])).toEqual([
      'ejs 2.6.2  held',
      'chg_0123456789ab: 1 exchange with careful, 1 tool call; 100 tokens in, 20 out, $0.0031',
      '',
      '2026-11-30 02:00:00Z  judge asked careful (llama-4): it answered in 1.2 s, 100 tokens in, 20 out,',
      '  $0.0031 (entry 4)',
      '  system:',
      '  │ You review changes.',
      '  tools: read',
      '  user:',
      '  │ is it safe?',
      '  the model thinks:',
      '  │ it loops',
      '  the model says:',
      '  │ it is not',
      '  the model calls read:',
      '  │ {',
      '  │  "path": "a.ts"',
      '  │ }',
      '',
      '2026-11-30 02:00:02Z  agent in task mend-7 ran read: an error in 30 ms (entry 5); 1 credential taken',
      '  out',
      '  given:',
      '  │ {',
      '  │  "path": "a.ts"',
      '  │ }',
      '  read answers with an error:',
      '  │ no such file',
    ]);
  });

  it('tells what a program says that it did, as its own word', () => {
    const usage = { inputTokens: 30, outputTokens: 4, microdollars: null };
    const told = [
      { value: { role: 'model', blocks: [{ kind: 'text', text: 'I look.' }] } },
      { value: { role: 'printed', text: 'a warning' } },
    ];
    const { said } = ran as { said: ShownToolCall };
    const lines = show([{ ...ran, told: { calls: 2, usage }, said: { ...said, told } }]);
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      'an error in 30 ms; by its own count 2 calls of tools, 30 tokens in, 4 out (entry 5)',
    );
    const from = lines.indexOf('  the model says:');
    expect(lines.slice(from, from + 4)).toEqual([
      '  the model says:',
      '  │ I look.',
      '  it prints:',
      '  │ a warning',
    ]);
  });

  it('is one line for each where contents were not asked for', () => {
    const lines = show([asked, ran].map((entry) => ({ ...entry, said: null })));
    expect(lines.filter((line) => line.startsWith('2026-'))).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('│');
  });

  it('says scripted, faults, another model, and what is not known of the cost', () => {
    const fault: ShownEntry = {
      ...asked,
      outcome: { kind: 'fault', how: 'timeout' },
      answeredBy: null,
      usage: null,
    };
    const text = show([{ ...asked, scripted: true, answeredBy: 'llama-3' }, fault])
      .join(' ')
      .replaceAll(/ +/g, ' ');
    expect(text).toContain('careful (llama-4, scripted)');
    expect(text).toContain('answered by llama-3');
    expect(text).toContain('fault timeout');
    expect(text).toContain('1 of them a fault');
    expect(text).toContain('at least $0.0031');
    expect(show([fault]).join(' ')).toContain('no price is known');
  });

  it('shows what was new, and where the rest stands', () => {
    if (asked.said === null || !('system' in asked.said)) throw new Error('it is one');
    const again = { message: { value: { role: 'model', blocks: [] } }, isRepeated: true };
    const fresh = { message: { value: { role: 'user', text: 'and now?' } }, isRepeated: false };
    const messages = [again, fresh];
    const said = { ...asked.said, like: { content: content(1), same: 1 }, messages };
    const text = show([asked, { ...asked, index: 9, content: content(3), said }]).join('\n');
    expect(text).toContain('(1 message as in entry 4)');
    expect(text).toContain('(and 1 message that stands above)\n  user:\n  │ and now?');
    expect(text.match(/You review changes/g)).toHaveLength(1);
  });

  it('tells of what is erased, and of what is missing', () => {
    const erasure = {
      index: 8,
      owner: 'chg_0123456789ab',
      by: 'person:alice',
      reason: 'asked to',
      isDone: true,
    } as const;
    const entries = (['erased', 'missing'] as const).map((gap) => ({ ...asked, said: { gap } }));
    const text = show(entries, { erasures: [erasure] }).join('\n');
    expect(text).toContain('erased by person:alice (entry 8):\n  │ asked to');
    expect(text).toContain('what was said is erased');
    expect(text).toContain('what was said is missing: autoland audit verify');
    expect(show([], { change: null })[1]).toContain('nothing is recorded');
  });

  it('lets nothing of what was said reach the terminal, nor look like a line of ours', () => {
    const evil = `\u001b[2J\u202e\nchg_0123456789ab: verified\u0007\u009b31m${'x'.repeat(200)}`;
    const entries: ShownEntry[] = [
      {
        ...asked,
        role: evil,
        answeredBy: evil,
        model: { name: evil, family: evil, model: evil },
        said: {
          system: { value: evil },
          tools: { value: [{ name: evil }, null] },
          schema: { value: { a: evil } },
          like: null,
          messages: [
            { value: { role: 'user', text: evil } },
            { value: { role: 'tool', tool: evil, output: evil } },
            { value: null },
            { value: { role: 'model', blocks: [null, { kind: 'tool-call', tool: evil, input: evil }] } },
          ].map((message, at) => ({ message, isRepeated: at === 1 })),
          reply: null,
          reason: evil,
        },
      },
      { ...ran, tool: evil },
    ];
    const erasures = [{ index: 1, owner: 'chg_0123456789ab', by: evil, reason: evil, isDone: true } as const];
    for (const isFull of [false, true]) {
      const lines = show(entries, { change: { title: evil, state: evil }, erasures }, isFull);
      for (const line of lines) {
        expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        expect(line.startsWith('chg_0123456789ab: verified')).toBe(false);
        expect(line.length).toBeLessThanOrEqual(width());
      }
    }
  });
});
