import { createHash } from 'node:crypto';
import type { DocsKind } from '../../domain/agents.ts';
import type { Item } from '../portions.ts';

type Place = {
  readonly kind: DocsKind;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What was found, without its kind: `dead-link`. */
  readonly code: string;
  /** What is wrong, as the end of a sentence that begins with the place. */
  readonly what: string;
};

/** Something wrong with one right mend. */
export type Mend = Place & {
  /** UTF-16 units from the beginning of the text. */
  readonly at: number;
  readonly before: string;
  readonly after: string;
  /** What says that it is the right one. */
  readonly proof: string;
};

/** Something wrong that a person has to mend. */
export type Told = Place & { readonly why: string };

export type Finding = Mend | Told;

export function isMend(finding: Finding): finding is Mend {
  return 'after' in finding;
}

/** undefined: a place does not hold what it was read to hold, or two mends meet. */
export function mended(text: string, mends: readonly Mend[]): string | undefined {
  let rest = text;
  let end = text.length;
  for (const { at, before, after } of [...mends].sort((a, b) => b.at - a.at)) {
    if (at + before.length > end || rest.slice(at, at + before.length) !== before) return undefined;
    rest = rest.slice(0, at) + after + rest.slice(at + before.length);
    end = at;
  }
  return rest;
}

/** The line that holds a place. */
export function lineAt(text: string, at: number): string {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const to = text.indexOf('\n', at);
  return text.slice(from, to === -1 ? text.length : to);
}

/** Known by what it does to a line, wherever the line stands. */
export type KeyedMend = Mend & Item;

export function keyed(mend: Mend, line: string): KeyedMend {
  const { kind, path, before, after } = mend;
  const of = JSON.stringify([kind, path, before, after, line.trim()]);
  const key = createHash('sha256').update(of).digest('hex').slice(0, 16);
  return { ...mend, key, name: `${path}:${mend.line}`, weight: 1 };
}
