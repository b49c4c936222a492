import { types } from 'node:util';
import { byText } from '../../domain/npm/order.ts';

/**
 * What a program answered, as text: values that came from two realms are equal exactly when their texts are. Order of keys does
 * not count; a function counts as one, whatever it does.
 */
export function encode(value: unknown, within: readonly unknown[] = []): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (within.includes(value)) return 'circular';
  return encodeObject(value, [...within, value]);
}

function encodeObject(value: object, within: readonly unknown[]): string {
  const list = (items: Iterable<unknown>) => Array.from(items, (item) => encode(item, within)).join(',');
  if (types.isDate(value)) return `Date(${value.getTime()})`;
  if (types.isRegExp(value)) return String(value);
  if (types.isNativeError(value)) return `Error(${value.name})`;
  if (types.isMap(value)) return `Map(${list(value)})`;
  if (types.isSet(value)) return `Set(${list(value)})`;
  if (ArrayBuffer.isView(value))
    return `Bytes(${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')})`;
  if (Array.isArray(value)) return `[${list(value)}]`;
  const keys = Object.keys(value).toSorted(byText);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${encode(Reflect.get(value, key), within)}`).join(',')}}`;
}
