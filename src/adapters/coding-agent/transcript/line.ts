import type { ModelBlock } from '../../../domain/model.ts';
import type { Told, ToldUsage, Transcript } from '../../../domain/transcript.ts';

/** What one line says; undefined: it is no line of this form. */
export type LineReader = (line: Readonly<Record<string, unknown>>) => Said | undefined;

export type Said = {
  readonly told: readonly Told[];
  readonly end?: Transcript['end'];
  /** Of the whole run so far. */
  readonly usage?: ToldUsage;
};

/** Reads the lines of one run; what a line means may depend on those before. */
export type Dialect = () => {
  readonly read: LineReader;
  /** What was begun and never came to an end. */
  readonly rest: () => readonly Told[];
};

export function saidByModel(...blocks: readonly ModelBlock[]): Told {
  return { role: 'model', blocks };
}

export function printed(text: string): Told {
  return { role: 'printed', text };
}

/** Beyond it a number says nothing, and is no whole number any more. */
const most = Number.MAX_SAFE_INTEGER;

/** A count as somebody else writes it. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.min(Math.max(0, Math.round(value)), most)
    : 0;
}

export function sumOf(...counts: readonly number[]): number {
  return countOf(counts.reduce((total, count) => total + count, 0));
}
