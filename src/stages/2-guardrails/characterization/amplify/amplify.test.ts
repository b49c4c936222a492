import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EncodedValue, isEncoded } from '../../../../domain/encoded-value.ts';
import type { CallShape, DeclaredFunction, TypeShape } from '../../../../domain/parameter-types.ts';
import type { RecordedCall } from '../../../../domain/recorded-call.ts';
import { amplify, shownCall } from './amplify.ts';
import { isValidCall } from './is-valid.ts';
import { operators } from './varied.ts';

const call = (...args: EncodedValue[]): RecordedCall => ({
  package: 'a',
  kind: 'call',
  steps: ['a', 'f'],
  args,
});
const textOf = ({ steps, args }: RecordedCall) => JSON.stringify([steps, args]);
const argsOf = (calls: readonly RecordedCall[], declared?: DeclaredFunction) =>
  amplify(calls, () => declared, { ofOne: 1000, inAll: 10_000 }).map(({ call: { args } }) =>
    JSON.stringify(args),
  );

const { value } = fc.letrec<{ value: EncodedValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom<EncodedValue>({ s: 'undefined' }, { n: '7' }, { d: 0 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.string({ maxLength: 4 }), tie('value')), { maxLength: 3 }).map((o) => ({ o })),
  ),
}));
const calls = fc.array(
  fc.array(value, { maxLength: 3 }).map((args) => call(...args)),
  { maxLength: 4 },
);

describe('amplify', () => {
  it('makes new calls that can be replayed, each once, within its bounds, and the same ones again', () => {
    fc.assert(
      fc.property(calls, (seen) => {
        const varied = amplify(seen, () => undefined, { ofOne: 10, inAll: 25 });
        const made = varied.map((each) => textOf(each.call));
        expect(new Set(made).size).toBe(made.length);
        expect(made.filter((one) => seen.map(textOf).includes(one))).toEqual([]);
        expect(varied.every((each) => each.call.args.every(isEncoded))).toBe(true);
        expect(made.length).toBeLessThanOrEqual(25);
        for (const from of seen)
          expect(varied.filter((each) => each.from === from).length).toBeLessThanOrEqual(10);
        expect(amplify(seen, () => undefined, { ofOne: 10, inAll: 25 })).toEqual(varied);
      }),
      { numRuns: 100 },
    );
  });

  it('makes no call that a version declares to be wrong', () => {
    const shape: TypeShape = {
      kind: 'union',
      of: [
        { kind: 'literal', value: 'a' },
        { kind: 'literal', value: 'b' },
        { kind: 'list', of: { kind: 'number' } },
      ],
    };
    const old: CallShape[] = [
      {
        parameters: [
          { type: { kind: 'anything' }, optional: false },
          { type: shape, optional: true },
        ],
      },
    ];
    const now: CallShape[] = [
      { parameters: [{ type: { kind: 'string' }, optional: true }], rest: { kind: 'anything' } },
    ];
    fc.assert(
      fc.property(calls, (seen) => {
        for (const { call: made, from } of amplify(seen, () => ({ old, now })))
          for (const ways of [old, now]) expect(isValidCall(made.args, from.args, ways)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('makes some of all that could be made of large values, and of each function', () => {
    const large = { o: Array.from({ length: 150 }, (_, at) => [`a.${at}`, `x ${at}`] as const) };
    const seen = Array.from(
      { length: 300 },
      (_, at): RecordedCall => ({ ...call(large, at), steps: ['a', `f${at % 50}`] }),
    );
    const varied = amplify(seen);
    expect(varied).toHaveLength(600);
    expect(new Set(varied.map(({ from }) => from.steps[1])).size).toBe(50);
    expect(new Set(varied.map(({ operator }) => operator)).size).toBeGreaterThanOrEqual(15);
  });

  it('keeps kinds where nothing is declared, but for what was seen there', () => {
    const kindOf = (one: EncodedValue | undefined) => (Array.isArray(one) ? 'list' : typeof one);
    for (const { call: made, operator } of amplify([call('x', [1]), call(2)])) {
      const kinds = made.args.map(kindOf).join();
      if (operator !== 'recombined') expect(['string,list', 'number']).toContain(kinds);
    }
    expect(argsOf([call('x', [1]), call(2)])).toEqual(expect.arrayContaining(['["x"]', '[2,[1]]']));
  });

  it('tries what breaks clients: blanks, signs, empty texts, prototypes, numbers beside', () => {
    const made = argsOf([call('--a.b=c', 5, { o: [['x', true]] })]);
    const with5 = (text: string) => JSON.stringify([text, 5, { o: [['x', true]] }]);
    for (const text of ['', '--a.__proto__=c', '--a.constructor.prototype.b=c', '--a.b=c ', '--A.B=C'])
      expect(made).toContain(with5(text));
    const probe = { o: [['autoland', 1]] };
    for (const third of [
      { o: [] },
      { o: [['x', false]] },
      {
        o: [
          ['x', true],
          ['__proto__', probe],
        ],
      },
      {
        o: [
          ['x', true],
          ['constructor', { o: [['prototype', probe]] }],
        ],
      },
    ])
      expect(made).toContain(JSON.stringify(['--a.b=c', 5, third]));
    for (const number of [0, -1, 4, 6, 5.5, -5]) expect(made.join()).toContain(`["--a.b=c",${number},`);
    expect(argsOf([call('a[b]=1')])).toContain('["a[__proto__][b]=1"]');
    expect(argsOf([call('a[b]=1')])).toContain('["a[constructor][prototype][b]=1"]');
  });

  it('sets options that are declared and that no call has set', () => {
    const type: TypeShape = {
      kind: 'object',
      properties: [
        {
          name: 'mode',
          optional: true,
          type: { kind: 'union', of: [{ kind: 'literal', value: 'x' }, { kind: 'undefined' }] },
        },
        { name: 'set', optional: true, type: { kind: 'boolean' } },
        { name: 'run', optional: true, type: { kind: 'nothing' } },
      ],
    };
    const ways: CallShape[] = [
      {
        parameters: [
          { type: { kind: 'string' }, optional: false },
          { type, optional: true },
        ],
      },
    ];
    const made = amplify([call('x')], () => ({ old: ways, now: ways }), { ofOne: 1000, inAll: 1000 });
    const options = made
      .filter(({ operator }) => operator === 'option')
      .map(({ call: { args } }) => JSON.stringify(args[1]));
    expect(options.toSorted()).toEqual([
      '{"o":[["mode","x"]]}',
      '{"o":[["set",false]]}',
      '{"o":[["set",true]]}',
    ]);
  });

  it('gives each operator and each function a share of few calls', () => {
    const seen = [
      call('ab 1/c', 1, { o: [['x', true]] }, ['y', 'z']),
      { ...call('q'), steps: ['a', 'g'] as const },
    ];
    const varied = amplify(seen as RecordedCall[], () => undefined, { ofOne: 30, inAll: 40 });
    expect(new Set(varied.map(({ operator }) => operator)).size).toBeGreaterThanOrEqual(operators.length - 3);
    expect(varied.filter(({ from }) => from.steps[1] === 'g').length).toBeGreaterThanOrEqual(15);
  });
});

it('shows a call as people write it', () => {
  const args: EncodedValue[] = ['x', [1, { o: [['a', null]] }], { d: 0 }, { n: '7' }, { s: 'undefined' }];
  expect(shownCall({ ...call(...args), kind: 'construct' })).toBe(
    'new a.f("x", [1, {"a": null}], Date(0), 7n, undefined)',
  );
});
