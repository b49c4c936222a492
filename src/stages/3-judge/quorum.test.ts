import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskOutcome, ChangeAuthor } from '../../domain/judgement.ts';
import type { ModelReply } from '../../domain/model.ts';
import { covers } from '../../testing/covers.ts';
import { answerText, lensNamed, replyOf, sampleDiff, sampleFinding } from '../../testing/judge-samples.ts';
import { planAsks } from './plan.ts';
import { judgementOf, type Quorum } from './quorum.ts';
import { readReply } from './read-reply.ts';

const panel = [
  { name: 'one', family: 'claude' },
  { name: 'two', family: 'gpt' },
];
const asks = planAsks(['one', 'two'], ['correctness', 'security']);
const quorum: Quorum = { asks, panel, families: 2, author: { kind: 'nobody' }, doubts: [] };
const nonce = '0123456789abcdef';
const fine: readonly AskOutcome[] = asks.map((ask) => ({ ...ask, verdict: 'no-objection', dropped: [] }));

/** More permissive is more. */
const order = ['veto', 'abstain', 'no-objection'];
const rank = (outcomes: readonly AskOutcome[], of: Quorum = quorum) =>
  order.indexOf(judgementOf(outcomes, of).verdict);

const reply: fc.Arbitrary<ModelReply> = fc.oneof(
  fc.string({ maxLength: 200 }).map((text) => replyOf(text, 'm')),
  fc.json().map((text) => replyOf(text, 'm')),
  fc.constantFrom('m', 'other').map((by) => replyOf(answerText(lensNamed('security'), nonce), by)),
  fc
    .record({
      answer: fc.constantFrom('yes', 'no', 'unsure', 'approve'),
      findings: fc.array(
        fc.record({
          file: fc.constantFrom('src/orders.js', 'other.js'),
          side: fc.constantFrom('added', 'removed'),
          line: fc.integer({ min: 3, max: 5 }),
          quote: fc.constantFrom(sampleFinding.quote, 'const total', 'x', ''),
          why: fc.string({ maxLength: 20 }),
        }),
        { maxLength: 2 },
      ),
    })
    .map((given) => replyOf(answerText(lensNamed('security'), nonce, { access: given }), 'm')),
  fc.constantFrom<ModelReply>({ kind: 'fault', fault: 'timeout', reason: 'late' }, {
    ...(replyOf(answerText(lensNamed('security'), nonce), 'm') as object),
    stop: 'refusal',
  } as ModelReply),
);
const ask = fc.constantFrom(...asks);
const outcome: fc.Arbitrary<AskOutcome> = fc.record({ ask, reply }).map((given) =>
  readReply(given.reply, {
    ask: given.ask,
    identity: { model: 'm' },
    lens: lensNamed('security'),
    diff: sampleDiff,
    nonce,
  }),
);
const outcomes = fc.oneof(
  fc.array(outcome, { maxLength: 12 }),
  fc.subarray([...fine]),
  fc.array(outcome, { maxLength: 2 }).map((some) => [...fine, ...some]),
);

describe('a judgement', () => {
  covers('LLM06');
  it('has no objection only when nobody has one, to any side of it', () => {
    expect(judgementOf(fine, quorum)).toEqual({ verdict: 'no-objection', reasons: [], findings: [] });
    for (const at of fine.keys())
      expect(judgementOf(fine.toSpliced(at, 1), quorum)).toMatchObject({
        verdict: 'abstain',
        reasons: [expect.stringContaining('it was not asked, or did not answer in time')],
      });
    expect(judgementOf([], { ...quorum, asks: [] }).verdict).toBe('abstain');
  });

  it('vetoes for one veto with evidence, and names it', () => {
    const [first] = asks;
    if (first === undefined) throw new Error('nothing is asked');
    const finding = { ...first, ...sampleFinding, question: 'access' };
    const vetoed: AskOutcome = { ...first, verdict: 'veto', findings: [finding], dropped: [] };
    expect(judgementOf([...fine.slice(1), vetoed], quorum)).toEqual({
      verdict: 'veto',
      reasons: [
        'src/orders.js:4 "order.owner !== user.id": Anybody sees the orders of others. (one, instructions, access)',
      ],
      findings: [finding],
    });
    const other = asks.find(({ model }) => model === 'two');
    const again = other && { ...vetoed, ...other, findings: [{ ...finding, ...other }] };
    expect(judgementOf(again === undefined ? [] : [vetoed, again], quorum).reasons).toEqual([
      expect.stringMatching(/\(one and two, instructions, access\)$/),
    ]);
    const empty: AskOutcome = { ...vetoed, findings: [] };
    expect(judgementOf([...fine.slice(1), empty], quorum).verdict).toBe('abstain');
  });

  it('tells what is wrong with a model once', () => {
    const down = asks.map((ask): AskOutcome => {
      const reason = ask.model === 'one' ? 'it is down' : `it is unsure about ${ask.lens}`;
      return { ...ask, verdict: 'abstain', reasons: [reason], dropped: [] };
    });
    expect(judgementOf(down, quorum).reasons).toEqual([
      'one, 5 times: it is down',
      'two, instructions: it is unsure about instructions',
      'two, 2 times: it is unsure about correctness',
      'two, 2 times: it is unsure about security',
    ]);
  });

  it.each<[string, Partial<Quorum>, string | undefined]>([
    ['an author who is a person or a program', {}, undefined],
    ['an author of a third family', { author: { kind: 'model', family: 'llama' } }, undefined],
    ['an author of a family of the panel', { author: { kind: 'model', family: 'gpt' } }, 'found claude'],
    ['an unknown author', { author: { kind: 'unknown' } }, 'not known'],
    ['what code found', { doubts: ['the name a reads odd'] }, 'reads odd'],
    ['one family alone', { panel: [panel[0] ?? { name: 'one', family: 'claude' }] }, 'found claude'],
    [
      'one family, where that was said to do',
      { panel: [{ name: 'one', family: 'x' }], families: 1 },
      undefined,
    ],
  ])('looks for independence, and at what code found: %s', (_what, changed, reason) => {
    const { verdict, reasons } = judgementOf(fine, { ...quorum, ...changed });
    expect(verdict).toBe(reason === undefined ? 'no-objection' : 'abstain');
    expect(reasons.join()).toContain(reason ?? '');
  });

  it('never becomes more permissive by any answer of any model', () => {
    fc.assert(
      fc.property(outcomes, outcome, (some, more) => {
        // Asked or not, the rest of what must be asked stays as it is.
        const rest = some.filter((one) => key(one) !== key(more));
        const without = { ...quorum, asks: asks.filter((one) => key(one) !== key(more)) };
        expect(rank([...rest, more])).toBeLessThanOrEqual(rank(rest, without));
        expect(rank([...some, more])).toBeLessThanOrEqual(Math.max(rank(some), rank(some, without)));
      }),
      { numRuns: 1000 },
    );
  });

  it('never becomes more permissive by worse answers', () => {
    const worse = (one: AskOutcome, to: 'drop' | 'abstain' | 'veto'): readonly AskOutcome[] => {
      const { model, lens, order: of } = one;
      const bare = { model, lens, order: of, dropped: [] };
      const finding = { ...bare, ...sampleFinding, question: 'access' };
      if (to === 'drop') return one.verdict === 'no-objection' ? [] : [one];
      if (to === 'veto') return [{ ...bare, verdict: 'veto', findings: [finding] }];
      return one.verdict === 'veto' ? [one] : [{ ...bare, verdict: 'abstain', reasons: ['x'] }];
    };
    fc.assert(
      fc.property(
        outcomes,
        fc.infiniteStream(fc.constantFrom('keep', 'drop', 'abstain', 'veto')),
        (all, draw) => {
          const ways = draw.take(all.length);
          const after = [...ways].flatMap((way, at) => {
            const one = all[at];
            if (one === undefined) return [];
            return way === 'keep' ? [one] : worse(one, way as 'drop');
          });
          expect(rank(after)).toBeLessThanOrEqual(rank(all));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order of the panel or of the answers', () => {
    const author = fc.constantFrom<ChangeAuthor>(
      { kind: 'nobody' },
      { kind: 'unknown' },
      { kind: 'model', family: 'gpt' },
    );
    fc.assert(
      fc.property(outcomes, author, fc.nat(2), fc.nat(), (all, by, families, turn) => {
        const given = { ...quorum, author: by, families };
        const at = all.length === 0 ? 0 : turn % all.length;
        const turned = [...all.slice(at), ...all.slice(0, at)].toReversed();
        const other = { ...given, panel: panel.toReversed(), asks: asks.toReversed() };
        expect(judgementOf(turned, other).verdict).toBe(judgementOf(all, given).verdict);
      }),
    );
  });
});

function key({ model, lens, order: of }: { model: string; lens: string; order: string }): string {
  return JSON.stringify([model, lens, of]);
}
