import type { Token } from './tokens.ts';

export type MarkKind = 'only' | 'skip' | 'exit' | 'mock' | 'assertion' | 'test';
export type Mark = { readonly kind: MarkKind; readonly line: number };

type At = { readonly tokens: readonly Token[]; readonly at: number };

/** What of a test file decides whether its tests say anything. */
export function marksOf(tokens: readonly Token[]): readonly Mark[] {
  return tokens.flatMap((token, at) =>
    kinds
      .filter(([, matches]) => matches({ tokens, at }))
      .map(([kind]): Mark => ({ kind, line: token.line })),
  );
}

const text = ({ tokens, at }: At, by = 0): string => {
  const token = tokens[at + by];
  return token === undefined || token.kind === 'string' || token.kind === 'pattern' ? '' : token.text;
};

/** `.name`, `?.name` or `['name']`; answers the name. */
function member(place: At): string | undefined {
  const token = place.tokens[place.at];
  if (token === undefined) return undefined;
  const before = text(place, -1);
  if (token.kind === 'word' && (before === '.' || before === '?.')) return token.text;
  return token.kind === 'string' && before === '[' && text(place, 1) === ']' ? token.text : undefined;
}

const isCall = (place: At, names: RegExp): boolean =>
  names.test(text(place)) && text(place, 1) === '(' && !/^(?:\.|\?\.)$/.test(text(place, -1));
/** An option such as `skip: true`. */
const isOption = (place: At, names: RegExp): boolean =>
  names.test(text(place)) &&
  text(place, 1) === ':' &&
  /^[{,]$/.test(text(place, -1)) &&
  text(place, 2) !== 'false';

const skips = /^(?:skip|todo|skipIf|runIf|fails|failing|fixme|skipTest)$/;
const kinds: readonly (readonly [MarkKind, (place: At) => boolean])[] = [
  [
    'only',
    (at) => member(at) === 'only' || isCall(at, /^f(?:it|test|describe|context)$/) || isOption(at, /^only$/),
  ],
  [
    'skip',
    (at) =>
      skips.test(member(at) ?? '') ||
      isCall(at, /^x(?:it|test|describe|context|specify)$/) ||
      isOption(at, /^(?:skip|todo)$/) ||
      isEarlyReturn(at),
  ],
  ['exit', isExitZero],
  ['mock', isOwnMock],
  ['assertion', isAssertion],
  ['test', isTest],
];

/** `test(`, `test.skip(` and the like alike. */
function isTest(place: At): boolean {
  const called = /^[xf]?(?:it|test|specify)$/.test(text(place)) && member(place) === undefined;
  return called && /^(?:\(|\.|\?\.|\[)$/.test(text(place, 1));
}

function isExitZero(place: At): boolean {
  const name = member(place) ?? '';
  if (/^(?:exit|reallyExit)$/.test(name)) {
    const end = place.tokens[place.at + 1]?.text === ']' ? 1 : 0;
    return (
      text(place, 1 + end) === '(' &&
      (text(place, 2 + end) === ')' || (text(place, 2 + end) === '0' && text(place, 3 + end) === ')'))
    );
  }
  return name === 'exitCode' && text(place, 1) === '=' && text(place, 2) === '0';
}

/** A mock of a module of the project itself. */
function isOwnMock(place: At): boolean {
  const name = /^(?:mock|doMock|unstable_mockModule|module)$/.test(member(place) ?? '');
  const target = place.tokens[place.at + 2];
  return (
    name && text(place, 1) === '(' && target?.kind === 'string' && /^(?:\.{1,2}\/|[#~@]\/)/.test(target.text)
  );
}

const checks =
  /^(?:is|not|equal|equals|notEqual|strictEqual|deepEqual|deepStrictEqual|notStrictEqual|notDeepEqual|notDeepStrictEqual|partialDeepStrictEqual|same|strictSame|match|doesNotMatch|notMatch|regex|ok|notOk|true|false|truthy|falsy|throws|doesNotThrow|throwsAsync|rejects|doesNotReject|ifError|like|snapshot|matchSnapshot|fail)$/;

function isAssertion(place: At): boolean {
  const owner = text(place, -2);
  if (checks.test(member(place) ?? ''))
    return /^(?:t|assert|tap|strict|chai)$/.test(owner) && isOnValue(place);
  if (member(place) === 'should') return true;
  const name = /^(?:expect|assert|strictEqual|deepEqual|deepStrictEqual|equal|throws|rejects)$/;
  return isCall(place, name) && isOnValue(place);
}

/** `expect(true)` and `assert(1)` say nothing. */
function isOnValue(place: At): boolean {
  if (text(place, 1) !== '(') return false;
  const value = place.tokens[place.at + 2];
  const constant =
    value?.kind === 'string' || value?.kind === 'number' || /^(?:true|null)$/.test(value?.text ?? '');
  return !(constant && text(place, 3) === ')');
}

const reach = 400;

/** A bare `return` with an assertion after it before its block ends. */
function isEarlyReturn(place: At): boolean {
  if (text(place) !== 'return' || member(place) !== undefined) return false;
  const { tokens, at } = place;
  const next = tokens[at + 1];
  const bare = next === undefined || next.text === ';' || next.line > (tokens[at]?.line ?? 0);
  if (!bare) return false;
  let depth = 0;
  for (let to = at + 1; to < Math.min(tokens.length, at + reach); to++) {
    const here = text({ tokens, at: to });
    if (here === '{') depth += 1;
    if (here === '}') depth -= 1;
    if (depth < 0) return false;
    if (isAssertion({ tokens, at: to })) return true;
  }
  return false;
}
