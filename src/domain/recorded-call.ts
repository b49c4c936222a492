import { type EncodedValue, isEncoded } from './encoded-value.ts';
import { isRecord, type JsonRecord } from './npm/hostile-json.ts';

/** A call of a package, in production or in tests, with its arguments as JSON (`src/adapters/recorder/inside/sample/encode.ts`). */
export type RecordedCall = {
  readonly package: string;
  readonly kind: 'call' | 'construct';
  /** What the client asked for and the properties from there on. */
  readonly steps: readonly [string, ...string[]];
  readonly args: readonly EncodedValue[];
};

export type Recordings = {
  /** Each once. */
  readonly calls: readonly RecordedCall[];
  /** By package: calls whose arguments were not plain data, as counted to a factor of two. */
  readonly notPlain: ReadonlyMap<string, number>;
  /** Lines that are no record. The last line may be cut off, and does not count. */
  readonly unreadable: number;
  /** There was more than is looked at. */
  readonly truncated: boolean;
};

const mostLines = 100_000;
const mostLine = 64 * 1024;
const mostArguments = 50;
const mostSteps = 10;
const mostName = 300;
const mostDepth = 40;

/** What services' recorders wrote, files put one after another. Text of strangers passed through it: nothing is believed. */
export function readRecordings(text: string): Recordings {
  const lines = text.split('\n', mostLines + 1);
  const calls = new Map<string, RecordedCall>();
  const notPlain = new Map<string, number>();
  let unreadable = 0;
  for (const [at, line] of lines.slice(0, mostLines).entries()) {
    if (line.trim() === '') continue;
    const record = parse(line);
    const call = record && callOf(record);
    const count = record && notPlainOf(record);
    if (call !== undefined) calls.set(line, call);
    else if (count !== undefined) notPlain.set(count.name, (notPlain.get(count.name) ?? 0) + count.times);
    else if (at < lines.length - 1) unreadable++;
  }
  return { calls: [...calls.values()], notPlain, unreadable, truncated: lines.length > mostLines };
}

/** undefined: it is no call. Nothing is believed of who wrote it. */
export function readCall(line: string): RecordedCall | undefined {
  const record = parse(line);
  return record && callOf(record);
}

/** A list of encoded values, from a place that nobody need believe. */
export function readArguments(text: string): readonly EncodedValue[] | undefined {
  const value = parseBounded(text);
  return isArguments(value) ? value : undefined;
}

function parse(line: string): JsonRecord | undefined {
  const value = parseBounded(line);
  return isRecord(value) && value.v === 1 ? value : undefined;
}

function parseBounded(text: string): unknown {
  if (text.length > mostLine || isDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isArguments(value: unknown): value is readonly EncodedValue[] {
  return Array.isArray(value) && value.length <= mostArguments && value.every(isEncoded);
}

/** Counts brackets in strings too: at worst a call too few is replayed. */
function isDeep(line: string): boolean {
  let depth = 0;
  for (const [bracket] of line.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > mostDepth) return true;
  }
  return false;
}

function callOf(record: JsonRecord): RecordedCall | undefined {
  const { package: name, kind, args } = record;
  const steps = stepsOf(record.steps);
  if (!isName(name) || (kind !== 'call' && kind !== 'construct') || steps === undefined) return undefined;
  // Only the package itself is ever loaded for it.
  if (steps[0] !== name && !steps[0].startsWith(`${name}/`)) return undefined;
  if (!isArguments(args)) return undefined;
  return { package: name, kind, steps, args };
}

function notPlainOf({ package: name, notPlain }: JsonRecord): { name: string; times: number } | undefined {
  if (!isName(name) || typeof notPlain !== 'number') return undefined;
  return Number.isSafeInteger(notPlain) && notPlain > 0 && notPlain < 1e9
    ? { name, times: notPlain }
    : undefined;
}

function stepsOf(value: unknown): readonly [string, ...string[]] | undefined {
  if (!Array.isArray(value) || value.length > mostSteps || !value.every(isName)) return undefined;
  const [first, ...more] = value;
  return first === undefined || first.split('/').includes('..') ? undefined : [first, ...more];
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= mostName;
}
