import { type EncodedValue, isEncodedObject } from '../../../../domain/encoded-value.ts';
import type { CallShape, TypeShape } from '../../../../domain/parameter-types.ts';
import type { Varied } from './varied.ts';

const mostOptions = 40;

/** Arguments with one option more that the declarations name and the call leaves out, set to each value that is known of it. */
export function withOptions(
  args: readonly EncodedValue[],
  { parameters }: CallShape,
): readonly Varied<readonly EncodedValue[]>[] {
  return parameters.slice(0, args.length + 1).flatMap(({ type }, at) => {
    const given = args[at] ?? { o: [] };
    if (typeof given !== 'object' || given === null || !isEncodedObject(given)) return [];
    const names = new Set(given.o.map(([name]) => name));
    return objectsIn(type)
      .flatMap(({ properties }) => properties.filter(({ name, optional }) => optional && !names.has(name)))
      .slice(0, mostOptions)
      .flatMap(({ name, type: wanted }) => literalsOf(wanted).map((value) => [name, value] as const))
      .map((entry) => ({
        operator: 'option',
        value: [...args.slice(0, at), { o: [...given.o, entry] }, ...args.slice(at + 1)],
      }));
  });
}

function objectsIn(shape: TypeShape): readonly Extract<TypeShape, { kind: 'object' }>[] {
  if (shape.kind === 'union') return shape.of.flatMap(objectsIn);
  return shape.kind === 'object' ? [shape] : [];
}

function literalsOf(shape: TypeShape): readonly EncodedValue[] {
  if (shape.kind === 'union') return shape.of.flatMap(literalsOf).slice(0, 6);
  if (shape.kind === 'boolean') return [true, false];
  return shape.kind === 'literal' ? [shape.value] : [];
}
