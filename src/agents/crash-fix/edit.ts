import type { Node } from '../../domain/syntax-tree.ts';
import { endOf, type Spot, sliceOf } from './spot.ts';

export type Edit = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

/** What one way of mending makes of a statement, best first. */
export type Way = {
  readonly kind: 'template' | 'mutation';
  /** Whether it mends what is missing (null, undefined), what is wrong, or both. */
  readonly mends: 'missing' | 'wrong' | 'both';
  readonly edits: (spot: Spot) => readonly Edit[];
};

export function replaced(name: string, node: Node, text: string): Edit {
  return { name, start: node.start, end: endOf(node), text };
}

export function inFront(name: string, spot: Spot, line: string): readonly Edit[] {
  const { statement, text } = spot;
  // Where a statement stands alone as a body, a second one would stand outside of it.
  if (!isListed(spot)) return [];
  return [
    { name, start: statement.start, end: statement.start, text: `${line}\n${indentOf(text, statement)}` },
  ];
}

/** Whether there may be none in its place, or several. */
export function isListed({ parent }: Spot): boolean {
  return /^(BlockStatement|FunctionBody|Program|SwitchCase|StaticBlock)$/.test(parent?.type ?? '');
}

/** Blanks in front of it. */
export function indentOf(text: string, { start }: Node): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, start))?.[0] ?? '';
}

const simple = /^(Identifier|Literal|MemberExpression|CallExpression|ThisExpression|ArrayExpression)$/;

/** Those first that are written like it: what was mistaken for another is often named like it. */
export function likeFirst(names: readonly string[], written: string): readonly string[] {
  const isOther = (name: string) => (isLike(name, written) ? 0 : 1);
  return names.toSorted((one, other) => isOther(one) - isOther(other));
}

function isLike(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a.includes(b) || b.includes(a);
}

/** In parentheses, unless it binds closely enough. */
export function grouped(spot: Spot, node: Node): string {
  const written = sliceOf(spot.text, node);
  return simple.test(node.type) ? written : `(${written})`;
}

export function uniqueBy<T>(all: readonly T[], key: (one: T) => string): readonly T[] {
  return [...new Map(all.map((one) => [key(one), one])).values()];
}
