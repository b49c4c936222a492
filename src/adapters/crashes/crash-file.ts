import { join } from 'node:path';
import type { CrashFrame } from '../../domain/crash.ts';
import {
  type CrashBook,
  type CrashCount,
  type CrashRecord,
  emptyBook,
  someFrames,
} from '../../domain/crashes/book.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { readIfThere, writeAtomic } from '../runtime/files.ts';

export function crashFile(state: string): string {
  return join(state, 'crashes.json');
}

/** STATE/crashes.json; the control plane alone writes it. Throws `state.corrupt`. */
export function readCrashBook(path: string): CrashBook {
  try {
    const text = readIfThere(path);
    if (text === undefined) return emptyBook;
    const { version, crashes, dropped } = record(JSON.parse(text));
    if (version !== 1) throw new Error('expected version 1');
    return { crashes: list(crashes).map(readRecord), dropped: count(dropped) };
  } catch (cause) {
    throw new AutolandError('state.corrupt', `${path} is not as it was written: ${messageOf(cause)}`, {
      mend: 'remove the file: crashes are then counted from now on',
      cause,
    });
  }
}

export function writeCrashBook(path: string, book: CrashBook): void {
  writeAtomic(path, `${JSON.stringify({ version: 1, ...book })}\n`);
}

function readRecord(value: unknown): CrashRecord {
  const { signature, service, errorType, message, frames, releases } = record(value);
  const [first, ...others] = list(releases).map(readCount);
  const known = someFrames(list(frames).map(readFrame));
  if (first === undefined || known === undefined) throw new Error('expected frames and releases, found none');
  return {
    signature: text(signature),
    service: text(service),
    errorType: text(errorType),
    message: text(message),
    frames: known,
    releases: [first, ...others],
  };
}

function readFrame(value: unknown): CrashFrame {
  const { file, line, column, functionName } = record(value);
  const place = { file: text(file), line: count(line), column: count(column) };
  return functionName === undefined ? place : { ...place, functionName: text(functionName) };
}

function readCount(value: unknown): CrashCount {
  const { digest, commit, count: times, firstSeen, lastSeen } = record(value);
  return {
    digest: text(digest),
    commit: text(commit),
    count: count(times),
    firstSeen: time(firstSeen),
    lastSeen: time(lastSeen),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error('expected an object');
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('expected a list');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error('expected a text');
}

function count(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error('expected a count');
}

function time(value: unknown): string {
  const told = text(value);
  if (!Number.isNaN(Date.parse(told))) return told;
  throw new Error('expected a time');
}
