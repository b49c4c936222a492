import type { Domain, Primitive } from './core.ts';

export type Space = {
  readonly domains: readonly Domain[];
  /** Positions of numbers that are whole. */
  readonly whole: ReadonlySet<number>;
  /** What the programs compare with: differences hide there. */
  readonly hints: readonly (number | string)[];
};

/** Every input, when there are few enough; undefined: there are not. */
export function everyInput({ domains }: Space, most: number): readonly (readonly Primitive[])[] | undefined {
  let all: readonly (readonly Primitive[])[] = [[]];
  for (const domain of domains) {
    const values =
      domain.kind === 'boolean' ? [false, true] : domain.kind === 'literals' ? domain.values : undefined;
    if (values === undefined || all.length * values.length > most) return undefined;
    all = all.flatMap((before) => values.map((value) => [...before, value]));
  }
  return all;
}

/** `count` inputs, the same ones each time. */
export function* someInputs(space: Space, count: number): Generator<readonly Primitive[]> {
  const random = generator(20_240_229);
  for (let at = 0; at < count; at += 1)
    yield space.domains.map((domain, position) => pick(domain, space, space.whole.has(position), random));
}

type Random = () => number;

/** xorshift32 (Marsaglia, Xorshift RNGs, 2003): numbers in [0, 1). */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function oneOf<T>(values: readonly T[], random: Random): T | undefined {
  return values[Math.floor(random() * values.length)];
}

function pick(domain: Domain, { hints }: Space, whole: boolean, random: Random): Primitive {
  if (domain.kind === 'boolean') return random() < 0.5;
  if (domain.kind === 'literals') return oneOf(domain.values, random);
  if (domain.kind === 'string')
    return oneOf([...hints.filter((hint) => typeof hint === 'string'), '', 'other'], random);
  const numbers = hints.filter((hint) => typeof hint === 'number');
  const number = pickNumber(numbers, random);
  return whole
    ? Math.max(Math.min(Math.round(number) || 0, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER)
    : number;
}

const corners = [
  0,
  -0,
  1,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_VALUE,
];

function pickNumber(hints: readonly number[], random: Random): number {
  const kind = random();
  if (kind < 0.4) {
    const hint = oneOf(hints, random) ?? 0;
    return (
      oneOf([hint, hint - 1, hint + 1, hint * (1 + Number.EPSILON), hint * (1 - Number.EPSILON)], random) ??
      hint
    );
  }
  if (kind < 0.5) return oneOf(corners, random) ?? 0;
  const sign = random() < 0.4 ? -1 : 1;
  if (kind < 0.8) return sign * Math.floor(random() * 10 ** (1 + Math.floor(random() * 6)));
  return sign * random() * 10 ** (Math.floor(random() * 30) - 10);
}

/** The constants of programs, their own and those of what they call. */
export function hintsOf(roots: readonly unknown[]): readonly (number | string)[] {
  const found = new Set<number | string>();
  const seen = new Set<object>();
  const pending: unknown[] = roots.filter((root) => root !== undefined);
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    seen.add(item);
    if ('op' in item && item.op === 'const' && 'value' in item) add(found, item.value);
    if ('test' in item) add(found, item.test);
    pending.push(...Object.values(item).filter((value) => typeof value === 'object'));
  }
  return [...found].slice(0, 200);
}

function add(found: Set<number | string>, value: unknown): void {
  if (typeof value === 'number' || typeof value === 'string') found.add(value);
}
