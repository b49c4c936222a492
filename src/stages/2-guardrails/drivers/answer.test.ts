import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelReply } from '../../../domain/model.ts';
import { oneToken } from '../../../testing/saying-model.ts';
import { answerSchema, readReply } from './answer.ts';

const asked = { identity: { model: 'm-1' }, nonce: 'n', most: 2 };
const driver = (text: string) => ({ format: 'cjs', text });

function reply(text: string, over: object = {}): ModelReply {
  const blocks = [{ kind: 'text', text }] as const;
  return { kind: 'answer', blocks, stop: 'end', usage: oneToken, answeredBy: 'm-1', ...over };
}
const whole = JSON.stringify({ nonce: 'n', drivers: [driver('a'), driver('a'), driver('b'), driver('c')] });

describe('readReply', () => {
  it('reads each driver once, and no more than were asked for', () => {
    expect(readReply(reply(whole), asked)).toEqual([driver('a'), driver('b')]);
    expect(readReply(reply(`\`\`\`json\n${whole}\n\`\`\``), asked)).toHaveLength(2);
  });

  it.each<[string, ModelReply, string]>([
    ['a fault', { kind: 'fault', fault: 'over-budget', reason: 'none left' }, 'over-budget: none left'],
    ['half of it', reply(whole, { stop: 'length' }), 'cut off'],
    ['a refusal', reply(whole, { stop: 'refusal' }), 'refused'],
    ['another model', reply(whole, { answeredBy: 'm-2' }), 'm-2 answered in the place of m-1'],
    ['another nonce', reply(whole.replace('"n"', '"o"')), 'nonce'],
    ['no JSON', reply('Here you are.'), 'not JSON'],
    ['more than is asked for', reply(whole.replace('{"nonce"', '{"verdict":"pass","nonce"')), 'schema'],
    ['something twice', reply(whole.replace('{"nonce"', '{"nonce":"n","nonce"')), 'twice'],
    [
      'a call of a tool',
      reply('', { blocks: [{ kind: 'tool-call', id: '1', tool: 't', input: {} }] }),
      'one text',
    ],
  ])('reads nothing of %s', (_name, given, why) => {
    expect(readReply(given, asked)).toContain(why);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof readReply(reply(text), asked)).toBe('string');
      }),
    );
  });

  it('asks for a closed object', () => {
    expect(answerSchema()).toMatchObject({ additionalProperties: false, required: ['nonce', 'drivers'] });
    expect(JSON.stringify(answerSchema())).not.toContain('maxLength');
  });
});
