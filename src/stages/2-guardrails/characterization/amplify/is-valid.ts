import { type EncodedEntry, type EncodedValue, isEncodedObject } from '../../../../domain/encoded-value.ts';
import type { CallShape, TypeShape } from '../../../../domain/parameter-types.ts';

/** Is a value of a type? An object may have no property that the type does not name, as where one is written down. */
export function isValid(value: EncodedValue, shape: TypeShape): boolean {
  switch (shape.kind) {
    case 'anything':
      return true;
    case 'nothing':
      return false;
    case 'literal':
      return value === shape.value;
    case 'union':
      return shape.of.some((each) => isValid(value, each));
    case 'list':
      return isList(value) && value.every((each) => isValid(each, shape.of));
    case 'tuple':
      return (
        isList(value) &&
        value.length === shape.of.length &&
        value.every((each, at) => isValid(each, shape.of[at] ?? { kind: 'nothing' }))
      );
    case 'object':
      return typeof value === 'object' && value !== null && isEncodedObject(value) && fits(value.o, shape);
    default:
      return kindOf(value) === shape.kind;
  }
}

export const isList = (value: EncodedValue): value is readonly EncodedValue[] => Array.isArray(value);

function fits(entries: readonly EncodedEntry[], shape: Extract<TypeShape, { kind: 'object' }>): boolean {
  const given = new Map(entries);
  const named = new Map(shape.properties.map((property) => [property.name, property]));
  const isComplete = shape.properties.every(({ name, optional }) => optional || given.has(name));
  return (
    isComplete &&
    entries.every(([name, value]) => isValid(value, named.get(name)?.type ?? shape.others ?? nothing))
  );
}

const nothing: TypeShape = { kind: 'nothing' };

function kindOf(value: EncodedValue): TypeShape['kind'] | undefined {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value as 'string' | 'number' | 'boolean';
  if (isList(value) || isEncodedObject(value)) return undefined;
  if ('n' in value) return 'bigint';
  if ('d' in value) return 'date';
  return value.s === 'undefined' ? 'undefined' : value.s === 'Invalid Date' ? 'date' : 'number';
}

/** May a function be called so, where it was called with `seen` before? What is as it was is not asked about again. */
export function isValidCall(
  args: readonly EncodedValue[],
  seen: readonly EncodedValue[],
  ways: readonly CallShape[],
): boolean {
  const isSame = (at: number) => args[at] === seen[at];
  const takes = (way: CallShape, wanted: (at: number) => boolean) =>
    args.every((arg, at) => !wanted(at) || isValid(arg, typeAt(way, at)));
  // Those that the call may have been meant for; tests call a package wrongly, too.
  const meant = ways.filter((way) => takes(way, isSame));
  return (meant.length === 0 ? ways : meant).some(
    (way) => hasRightCount(args.length, seen.length, way) && takes(way, (at) => !isSame(at)),
  );
}

function typeAt({ parameters, rest }: CallShape, at: number): TypeShape {
  const parameter = parameters[at];
  if (parameter === undefined) return rest ?? nothing;
  return parameter.optional ? { kind: 'union', of: [parameter.type, { kind: 'undefined' }] } : parameter.type;
}

function hasRightCount(count: number, seen: number, { parameters, rest }: CallShape): boolean {
  const least = parameters.findLastIndex(({ optional }) => !optional) + 1;
  return count === seen || (count >= least && (rest !== undefined || count <= parameters.length));
}
