import {
  type EncodedEntry,
  type EncodedObject,
  type EncodedValue,
  isEncodedObject,
} from '../../../../domain/encoded-value.ts';
import { isList } from './is-valid.ts';
import type { Varied } from './varied.ts';
import { varyNames, varyText } from './vary-text.ts';

type Variants = Generator<Varied<EncodedValue>, void, undefined>;

const mostVariants = 400;
const mostDepth = 4;
const dayMs = 86_400_000;
const mostMs = 8.64e15;

/** Values of the same kind that are near a value: it is changed in one place, at the top or inside. */
export function varyValue(value: EncodedValue): readonly Varied<EncodedValue>[] {
  const varied: Varied<EncodedValue>[] = [];
  for (const one of vary(value, 0)) {
    varied.push(one);
    if (varied.length >= mostVariants) break;
  }
  return varied;
}

/** One at a time: a large value has more neighbours than are ever looked at. */
function* vary(value: EncodedValue, depth: number): Variants {
  if (typeof value === 'string') yield* varyText(value);
  else if (typeof value === 'number') yield* varyNumber(value);
  else if (typeof value === 'boolean') yield { operator: 'flag', value: !value };
  else if (value === null || depth > mostDepth) return;
  else if (isList(value)) yield* varyList(value, depth);
  else if (isEncodedObject(value)) yield* varyObject(value, depth);
  else if ('d' in value) yield* varyDate(value.d);
}

function* varyNumber(value: number): Variants {
  const near = [0, 1, -1, value + 1, value - 1, value + 0.5, -value, 1e9];
  for (const one of new Set(near))
    if (one !== value && Number.isFinite(one) && !Object.is(one, -0))
      yield { operator: 'number', value: one };
}

function* varyDate(ms: number): Variants {
  for (const away of [1, dayMs, -31 * dayMs])
    if (Math.abs(ms + away) <= mostMs) yield { operator: 'number', value: { d: ms + away } };
}

function* varyList(list: readonly EncodedValue[], depth: number): Variants {
  const text = JSON.stringify(list);
  for (const value of list.length === 0 ? [] : [[], list.slice(0, -1), [...list, ...list], list.toReversed()])
    if (JSON.stringify(value) !== text) yield { operator: 'list', value };
  for (const [at, one] of list.entries())
    for (const { operator, value } of vary(one, depth + 1)) yield { operator, value: list.with(at, value) };
}

const probe: EncodedValue = { o: [['autoland', 1]] };

function* varyObject({ o: entries }: EncodedObject, depth: number): Variants {
  for (const at of entries.keys()) yield { operator: 'dropped', value: { o: entries.toSpliced(at, 1) } };
  // Keys by which an object reaches the prototype of all objects, when it is copied carelessly.
  yield { operator: 'proto-key', value: { o: [...entries, ['__proto__', probe]] } };
  yield {
    operator: 'constructor-key',
    value: { o: [...entries, ['constructor', { o: [['prototype', probe]] }]] },
  };
  for (const [at, [name, one]] of entries.entries()) {
    yield* renamed(entries, at);
    for (const { operator, value } of vary(one, depth + 1))
      yield { operator, value: { o: entries.with(at, [name, value]) } };
  }
}

/** A key may be a path. */
function* renamed(entries: readonly EncodedEntry[], at: number): Variants {
  const [name, one] = entries[at] ?? ['', null];
  if (!/[.[\]/]/.test(name)) return;
  for (const { operator, value } of varyNames(name))
    yield { operator, value: { o: entries.with(at, [value, one]) } };
}
