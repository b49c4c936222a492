const { ownKeys } = Reflect;

const places: readonly (readonly [string, () => object])[] = [
  ...[Object, Function, Array, String, Number, Boolean, RegExp, Date, Promise, Map, Set, Error, Symbol].map(
    (one) => [`${one.name}.prototype`, () => one.prototype as object] as const,
  ),
  ...[Object, Array, String, Number, Promise, Error].map((one) => [one.name, () => one] as const),
  ['Math', () => Math],
  ['JSON', () => JSON],
  ['globalThis', () => globalThis],
  ['process.env', () => process.env],
];

/** What everybody shares. A package that adds to it or takes from it changes code that never calls it. */
export class Ambient {
  readonly #places = places.map(([name, at]) => ({ name, at: at() }));
  readonly #keys = this.#places.map(({ at }) => new Set(ownKeys(at)));
  /** Only counts are taken each time; names are looked up where a count has changed. */
  #counts = this.#keys.map((keys) => keys.size);

  /** Takes what is there now as given. */
  settle(): void {
    this.#count();
  }

  /** What was added and taken away since it was last asked, such as `Object.prototype +polluted`. */
  changes(): string[] {
    return this.#count();
  }

  #count(): string[] {
    const changes: string[] = [];
    for (const [index, place] of this.#places.entries()) {
      const now = ownKeys(place.at);
      if (now.length === this.#counts[index]) continue;
      changes.push(...this.#difference(index, now));
      this.#counts[index] = now.length;
    }
    return changes;
  }

  #difference(index: number, now: readonly PropertyKey[]): string[] {
    const before = this.#keys[index] ?? new Set<string | symbol>();
    const after = new Set(now as (string | symbol)[]);
    this.#keys[index] = after;
    const name = this.#places[index]?.name ?? '';
    return [
      ...without(after, before)
        .slice(0, 10)
        .map((key) => `${name} +${String(key).slice(0, 80)}`),
      ...without(before, after)
        .slice(0, 10)
        .map((key) => `${name} -${String(key).slice(0, 80)}`),
    ];
  }
}

function without(
  keys: ReadonlySet<string | symbol>,
  others: ReadonlySet<string | symbol>,
): (string | symbol)[] {
  return [...keys].filter((key) => !others.has(key));
}
