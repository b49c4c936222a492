import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecordings } from '../../../../domain/recorded-call.ts';
import { decode } from '../replay/decode.ts';
import { encodeArguments, encodeOpenly } from './encode.ts';

const again = (...args: readonly unknown[]) => encodeArguments(args)?.map(decode);

describe('arguments as JSON', () => {
  it('keeps what JSON lacks', () => {
    const args = [
      undefined,
      null,
      -0,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      12n,
      new Date(5),
      [undefined],
      { a: { b: 1 } },
    ];
    expect(again(...args)).toEqual(args);
    expect(Object.is(again(-0)?.[0], -0)).toBe(true);
  });

  it('keeps a key __proto__ as a key', () => {
    const [made] = again(JSON.parse('{"__proto__": {"polluted": 1}}')) ?? [];
    expect(Object.keys(made as object)).toEqual(['__proto__']);
    expect((made as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['a function', () => 1],
    ['a function deep inside', { a: [() => 1] }],
    ['an instance', new URL('http://localhost')],
    ['bytes', Buffer.from('x')],
    ['a Map', new Map()],
    ['an error', new Error('x')],
    ['a promise', Promise.resolve()],
    ['a proxy', new Proxy({}, {})],
    ['a symbol', Symbol('x')],
    ['a key that is a symbol', { [Symbol('x')]: 1 }],
    ['holes', Object.assign(new Array(3), { 0: 1, 2: 2 })],
    ['an array with more', Object.assign([1], { more: 1 })],
    ['a long text', 'x'.repeat(9000)],
    ['many nodes', Array.from({ length: 600 }, () => 1)],
    ['a long array of nothing', new Array(1e9)],
  ])('refuses %s', (_what, value) => {
    expect(encodeArguments([value])).toBeUndefined();
  });

  it('runs no code of a value', () => {
    let ran = false;
    const note = () => {
      ran = true;
      return 1;
    };
    expect(
      encodeArguments([
        {
          get a() {
            return note();
          },
        },
      ]),
    ).toBeUndefined();
    expect(encodeArguments([{ toJSON: note }])).toBeUndefined();
    expect(
      encodeArguments([
        new Proxy(
          {},
          {
            ownKeys: () => {
              note();
              return [];
            },
          },
        ),
      ]),
    ).toBeUndefined();
    expect(ran).toBe(false);
  });

  it('hides what follows the name of a secret', () => {
    expect(encodeArguments(['session', 'abc', { path: '/a' }])).toEqual([
      'session',
      'xxx',
      { o: [['path', '/x']] },
    ]);
    expect(
      encodeArguments([
        [
          ['password', 'abc'],
          ['theme', 'dark'],
        ],
      ]),
    ).toEqual([
      [
        ['password', 'xxx'],
        ['theme', 'dark'],
      ],
    ]);
    expect(encodeArguments(['abc'], true)).toEqual(['xxx']);
  });

  it('refuses what goes round or is deep', () => {
    const round: { self?: unknown } = {};
    round.self = round;
    let deep: unknown = 1;
    for (let depth = 0; depth < 10_000; depth++) deep = [deep];
    expect(encodeArguments([round])).toBeUndefined();
    expect(encodeArguments([deep])).toBeUndefined();
  });

  it('is read again by who replays it, whatever it is', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 3 }), (args) => {
        const encoded = encodeArguments(args);
        if (encoded === undefined) return;
        const line = JSON.stringify({ v: 1, package: 'a', kind: 'call', steps: ['a', 'b'], args: encoded });
        const { calls, unreadable } = readRecordings(`${line}\n`);
        expect(unreadable).toBe(0);
        expect(calls.map((call) => call.args)).toEqual([JSON.parse(JSON.stringify(encoded))]);
        calls[0]?.args.map(decode);
      }),
    );
  });

  it('hides nothing where it stays inside', () => {
    const args = [
      { password: 'hunter2', 'me@example.com': 'Bearer abcdefghijklmnop' },
      'setCookie',
      '4111111111111111',
    ];
    expect(encodeOpenly(args)?.map(decode)).toEqual(args);
    expect(again(...args)).not.toEqual(args);
  });
});
