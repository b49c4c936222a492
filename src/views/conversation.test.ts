import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Commitment } from '../domain/blob.ts';
import type { Json } from '../domain/json.ts';
import { type Page, readPage } from '../domain/recording.ts';
import { allMessages, type Gap, type Pages, shownExchange, shownToolCall } from './conversation.ts';

const name = (n: number): Commitment => `hmac-sha256:${String(n).repeat(64)}`;

function page(over: object): Page {
  const messages = { like: null, same: 0, more: [] };
  const whole = {
    v: 1,
    kind: 'exchange',
    items: ['a', 'b'],
    system: 0,
    tools: 1,
    schema: null,
    messages,
    reply: null,
  };
  const read = readPage(Buffer.from(JSON.stringify({ ...whole, reason: null, ...over })));
  if (read === undefined) throw new Error('it is one');
  return read;
}

it('puts a conversation together along its pages, and says what is not there', () => {
  const pages: Pages = new Map<Commitment, Page | Gap>([
    [name(1), page({ messages: { like: null, same: 0, more: [0, 1] } })],
    [name(2), page({ items: ['c'], messages: { like: name(1), same: 1, more: [0, `${name(1)}/1`] } })],
    [name(3), { gap: 'erased' }],
    [name(4), page({ items: ['d'], messages: { like: name(3), same: 2, more: [0] } })],
    [name(5), page({ messages: { like: name(9), same: 1, more: [7, `${name(9)}/0`] } })],
  ]);
  expect(allMessages(name(2), pages)).toEqual([{ value: 'a' }, { value: 'c' }, { value: 'b' }]);
  expect(allMessages(name(4), pages)).toEqual([{ gap: 'erased' }, { gap: 'erased' }, { value: 'd' }]);
  expect(allMessages(name(5), pages)).toEqual([{ gap: 'missing' }, { gap: 'altered' }, { gap: 'missing' }]);
  expect(shownExchange(name(3), pages)).toEqual({ gap: 'erased' });
  expect(shownExchange(name(9), pages)).toEqual({ gap: 'missing' });
  expect(shownToolCall(name(1), pages)).toBeUndefined();
});

it('ends for pages that refer to each other in a ring', () => {
  const pages: Pages = new Map([
    [name(1), page({ messages: { like: name(2), same: 5, more: [0] } })],
    [name(2), page({ messages: { like: name(1), same: 5, more: [1] } })],
  ]);
  expect(allMessages(name(1), pages).length).toBeGreaterThan(0);
});

it('takes nothing for a page that is none, and never throws', () => {
  const ref = fc.oneof(
    fc.integer({ min: -2, max: 5 }),
    fc.constantFrom(`${name(1)}/0`, `${name(2)}/9`, '/0', 'x', null),
  );
  const messages = fc.record({
    like: fc.constantFrom(null, name(1), name(2), 'x'),
    same: fc.nat(4),
    more: fc.array(ref),
  });
  const anything: fc.Arbitrary<unknown> = fc.oneof(
    fc.jsonValue(),
    fc.record({
      v: fc.constantFrom(1, 2),
      kind: fc.constantFrom('exchange', 'tool-call', 'other'),
      items: fc.array(fc.jsonValue(), { maxLength: 3 }),
      ...{
        system: ref,
        tools: ref,
        schema: ref,
        messages,
        reply: ref,
        reason: fc.constantFrom(null, 'x', 1),
      },
      ...{ input: ref, result: ref },
    }),
  );
  fc.assert(
    fc.property(anything, anything, (one, other) => {
      const read = [one, other].map((value) => readPage(Buffer.from(JSON.stringify(value as Json))));
      const pages: Pages = new Map(
        read.flatMap((each, at) => (each === undefined ? [] : [[name(at + 1), each]])),
      );
      for (const content of [name(1), name(2), name(3)]) {
        shownExchange(content, pages);
        shownToolCall(content, pages);
        allMessages(content, pages);
      }
    }),
    { numRuns: 300 },
  );
  for (const text of ['', 'null', '[]', '{"v":2}', '{"v":1,"items":[]}'])
    expect(readPage(Buffer.from(text))).toBeUndefined();
});
