import { type EncodedValue, isEncodedObject } from '../../../../domain/encoded-value.ts';
import type { DeclaredFunction } from '../../../../domain/parameter-types.ts';
import type { RecordedCall } from '../../../../domain/recorded-call.ts';
import { isList, isValidCall } from './is-valid.ts';
import { withOptions } from './options.ts';
import { seeded } from './seeded.ts';
import type { Operator, Varied } from './varied.ts';
import { varyValue } from './vary-value.ts';

/** A call that nobody was seen to make. */
export type VariedCall = {
  readonly call: RecordedCall;
  readonly operator: Operator;
  /** The call that it was made from. */
  readonly from: RecordedCall;
};

/** How a function may be called; undefined: nothing declares it. */
export type Declared = (call: RecordedCall) => DeclaredFunction | undefined;

export type Bounds = { readonly ofOne: number; readonly inAll: number };
const bounds: Bounds = { ofOne: 30, inAll: 600 };
/** Calls that others are made from. */
const mostSources = 150;
const mostVariants = 1000;

/**
 * Calls like those that were seen, each once and none that was; the same ones for the same calls. They are valid by what
 * both versions declare; where nothing is declared, a value only becomes another one of its kind, or one that was seen there.
 */
export function amplify(
  calls: readonly RecordedCall[],
  declared: Declared = () => undefined,
  { ofOne, inAll } = bounds,
): readonly VariedCall[] {
  const seen = new Set(calls.map(textOf));
  const groups = Map.groupBy(calls, nameOf);
  const queues = interleaved([...groups.values()], mostSources).map((from) => {
    const known = declared(from);
    const variants = byOperator(variantsOf(from, groups.get(nameOf(from)) ?? [], known), textOf(from));
    const chosen: VariedCall[] = [];
    for (const { call, operator } of variants) {
      if (chosen.length >= ofOne) break;
      if (known !== undefined && !isDeclared(call.args, from.args, known)) continue;
      const text = textOf(call);
      if (!seen.has(text)) chosen.push({ call, operator, from });
      seen.add(text);
    }
    return chosen;
  });
  return interleaved(queues, inAll);
}

type Variant = Pick<VariedCall, 'call' | 'operator'>;

function variantsOf(
  from: RecordedCall,
  group: readonly RecordedCall[],
  declared: DeclaredFunction | undefined,
): readonly Variant[] {
  const { args } = from;
  const near = args.flatMap((arg, at) => varyValue(arg).map((varied) => withArgument(from, at, varied)));
  const options = (declared?.old ?? [])
    .flatMap((way) => withOptions(args, way))
    .map(({ operator, value }) => ({ operator, call: { ...from, args: value } }));
  return [...recombined(from, group), ...options, ...near].slice(0, mostVariants);
}

/** By both versions: what one of them does not declare at all says nothing. */
function isDeclared(
  args: readonly EncodedValue[],
  seen: readonly EncodedValue[],
  { old, now }: DeclaredFunction,
): boolean {
  return [old, now].every((ways) => ways.length === 0 || isValidCall(args, seen, ways));
}

function withArgument(from: RecordedCall, at: number, { operator, value }: Varied<EncodedValue>): Variant {
  return { operator, call: { ...from, args: from.args.with(at, value) } };
}

/** What was seen at the same place in other calls of the function, and how many arguments they had. */
function recombined(from: RecordedCall, group: readonly RecordedCall[]): readonly Variant[] {
  return group
    .filter((other) => other !== from)
    .flatMap(({ args }) => {
      const swapped = args.flatMap((arg, at) =>
        at < from.args.length
          ? [from.args.with(at, arg)]
          : at === from.args.length
            ? [[...from.args, arg]]
            : [],
      );
      const fewer = args.length < from.args.length ? [from.args.slice(0, args.length)] : [];
      return [...swapped, ...fewer];
    })
    .map((args) => ({ operator: 'recombined', call: { ...from, args } }));
}

/** What each operator made, in turns; which comes first, and what of it, only the call decides. */
function byOperator(variants: readonly Variant[], text: string): readonly Variant[] {
  const groups = [...Map.groupBy(variants, ({ operator }) => operator)];
  // Of the whole text once: a call may be large, and its variants many.
  const seed = String(seeded(text, large));
  const shuffled = shuffle(groups, seed);
  const ordered = shuffled.map(([operator, group]) => ({
    group: shuffle(group, `${seed} ${operator}`),
    share: shares[operator] ?? 1,
  }));
  const turns = Math.max(0, ...ordered.map(({ group }) => group.length));
  return Array.from({ length: turns }, (_, turn) =>
    ordered.flatMap(({ group, share }) => group.slice(turn * share, (turn + 1) * share)),
  ).flat();
}

/** Of a turn: what these find is seldom met in tests, and seldom a difference that means nothing. */
const shares: Partial<Record<Operator, number>> = { 'proto-key': 2, 'constructor-key': 2 };

/** The first of each list, then the second ones. */
function interleaved<T>(lists: readonly (readonly T[])[], most: number): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const chosen: T[] = [];
  for (let turn = 0; turn < longest && chosen.length < most; turn++)
    for (const list of lists) chosen.push(...list.slice(turn, turn + 1));
  return chosen.slice(0, most);
}

function shuffle<T>(list: readonly T[], seed: string): readonly T[] {
  const ranked = list.map((one, at) => ({ one, rank: seeded(`${seed} ${at}`, large) }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ one }) => one);
}

const large = 0x7fffffff;
const nameOf = ({ kind, steps }: RecordedCall) => JSON.stringify([kind, steps]);
const textOf = (call: RecordedCall) => JSON.stringify([call.kind, call.steps, call.args]);

/** As people write it. */
export function shownCall({ kind, steps, args }: RecordedCall): string {
  return `${kind === 'construct' ? 'new ' : ''}${steps.join('.')}(${args.map(shownValue).join(', ')})`;
}

function shownValue(value: EncodedValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(shownValue).join(', ')}]`;
  if (isEncodedObject(value))
    return `{${value.o.map(([name, one]) => `${JSON.stringify(name)}: ${shownValue(one)}`).join(', ')}}`;
  if ('d' in value) return `Date(${value.d})`;
  return 'n' in value ? `${value.n}n` : value.s;
}
