import { types } from 'node:util';
import { isObject, isPlain, ownValue } from '../kinds.ts';
import { isNow, NOW, withoutNow } from './now.ts';

/** A value as it is compared (`type`, `digest`) and as people see it (`shown`). */
export type Told = { readonly type: string; readonly digest: string; readonly shown: string };

type Walk = { left: number; readonly open: Set<object> };

const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
// Before a runner puts another `process` in its place.
const { getBuiltinModule } = process;
const mostNodes = 2000;
const mostDepth = 8;
const mostText = 20_000;
const mostBytes = 64 * 1024;
const shownLength = 160;

/**
 * Runs no code of the value: no getter, no proxy, no toJSON. Keys are sorted; functions are all alike; instances of classes
 * are known by their class alone, because what is inside is theirs: a client that reads it is seen to read it.
 */
export function tell(value: unknown): Told {
  const text = textOf(value, { left: mostNodes, open: new Set() }, 0);
  return { type: typeOf(value), digest: short(text), shown: text.slice(0, shownLength) };
}

export function tellAll(values: readonly unknown[]): Told {
  const told = values.map(tell);
  return {
    type: told.map(({ type }) => type).join(','),
    digest: short(told.map(({ digest }) => digest).join()),
    shown: `(${told.map(({ shown }) => shown).join(', ')})`.slice(0, shownLength),
  };
}

/** 64 bits: enough to tell apart what one test run meets. */
export function short(of: string | Uint8Array): string {
  // Most processes of a test run never come here, and to load it took a third of what this recorder costs them.
  const { createHash } = getBuiltinModule('node:crypto');
  return createHash('sha256').update(of).digest('hex').slice(0, 16);
}

export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (!isObject(value)) return typeof value;
  if (typeof value === 'function') return 'function';
  if (Array.isArray(value)) return 'array';
  if (isPlain(value)) return 'object';
  return className(value);
}

function className(value: object): string {
  if (types.isProxy(value)) return 'Proxy';
  let prototype = getPrototypeOf(value);
  for (let depth = 0; prototype !== null && depth < 20; depth++) {
    const maker = ownValue(prototype, 'constructor');
    const name = typeof maker === 'function' ? ownValue(maker, 'name') : undefined;
    if (typeof name === 'string' && name !== '') return name.slice(0, 80);
    prototype = getPrototypeOf(prototype);
  }
  return 'object';
}

function textOf(value: unknown, walk: Walk, depth: number): string {
  if (typeof value === 'string')
    return (
      JSON.stringify(steady(value.slice(0, mostText))) + (value.length > mostText ? `+${value.length}` : '')
    );
  if (typeof value === 'bigint') return `${value.toString().slice(0, mostText)}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number' && isNow(value)) return NOW;
  if (!isObject(value)) return String(value);
  if (typeof value === 'function') return '[Function]';
  if (walk.left-- <= 0 || depth > mostDepth) return '…';
  if (walk.open.has(value)) return '[Circular]';
  walk.open.add(value);
  const text = objectText(value, walk, depth);
  walk.open.delete(value);
  return text;
}

/**
 * The ports of a test's own servers and the names of its scratch directories are others in each run: with them each call
 * would be a new one, and nothing could be compared.
 */
function steady(given: string): string {
  const text = withoutNow(given);
  if (!/localhost|127\.0\.0\.1|\[::1\]|\/tmp\//.test(text)) return text;
  return text
    .replaceAll(/(localhost|127\.0\.0\.1|\[::1\]):\d{4,5}\b/g, '$1:PORT')
    .replaceAll(/(\/tmp\/[\w.-]*-)[A-Za-z0-9]{6}(?![A-Za-z0-9])/g, '$1RANDOM');
}

function objectText(value: object, walk: Walk, depth: number): string {
  if (types.isProxy(value)) return '[Proxy]';
  if (Array.isArray(value)) return arrayText(value, walk, depth);
  if (isPlain(value)) return plainText(value, walk, depth);
  return knownText(value, walk, depth) ?? `[${className(value)}]`;
}

function arrayText(value: readonly unknown[], walk: Walk, depth: number): string {
  const items: string[] = [];
  for (let at = 0; at < value.length && walk.left > 0; at++)
    items.push(propertyText(value, String(at), walk, depth));
  return `[${items.join(', ')}${items.length < value.length ? `, …${value.length}` : ''}]`;
}

function plainText(value: object, walk: Walk, depth: number): string {
  const keys = ownKeys(value)
    .filter((key) => typeof key === 'string')
    .sort(byCodeUnits);
  const items: string[] = [];
  for (const key of keys) {
    if (walk.left <= 0) break;
    items.push(`${JSON.stringify(key.slice(0, 200))}: ${propertyText(value, key, walk, depth)}`);
  }
  return `{${items.join(', ')}${items.length < keys.length ? `, …${keys.length}` : ''}}`;
}

function propertyText(of: object, key: string, walk: Walk, depth: number): string {
  const own = getOwnPropertyDescriptor(of, key);
  if (own === undefined) return '<empty>';
  return own.get !== undefined || own.set !== undefined ? '[Getter]' : textOf(own.value, walk, depth + 1);
}

/** Values of the platform, by the slots that only the platform reads. */
function knownText(value: object, walk: Walk, depth: number): string | undefined {
  // What an error says is for people, and changes with every release; its kind is what programs act on.
  if (types.isNativeError(value)) return `[${className(value)}${codeOf(value)}]`;
  if (types.isDate(value)) return dateText(Date.prototype.getTime.call(value));
  if (types.isRegExp(value)) return `RegExp(${JSON.stringify(RegExp.prototype.toString.call(value))})`;
  if (types.isAnyArrayBuffer(value)) return bytesText('ArrayBuffer', new Uint8Array(value));
  if (types.isArrayBufferView(value))
    return bytesText(className(value), new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (types.isBoxedPrimitive(value)) return `[${className(value)}]`;
  if (types.isMap(value) && getPrototypeOf(value) !== null)
    return entriesText('Map', Map.prototype.entries.call(value), walk, depth);
  if (types.isSet(value)) return entriesText('Set', Set.prototype.values.call(value), walk, depth);
  return undefined;
}

function dateText(time: number): string {
  return `Date(${isNow(time) ? NOW : time})`;
}

function codeOf(error: object): string {
  const code = ownValue(error, 'code');
  return typeof code === 'string' || typeof code === 'number' ? ` ${String(code).slice(0, 80)}` : '';
}

function bytesText(name: string, bytes: Uint8Array): string {
  return `${name}(${bytes.length} bytes, ${short(bytes.subarray(0, mostBytes))})`;
}

function entriesText(name: string, entries: Iterable<unknown>, walk: Walk, depth: number): string {
  const items: string[] = [];
  for (const entry of entries) {
    if (walk.left <= 0) break;
    items.push(textOf(entry, walk, depth + 1));
  }
  return `${name}{${items.join(', ')}}`;
}

export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
