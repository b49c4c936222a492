import { child, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { bindings } from '../../../flag-off/names.ts';

/** What takes the place of a part of a text. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

export type Place = { readonly parent: Node; readonly field: string };

/** Two names that stand for the flag's value while a text is rewritten: no text that is rewritten has them. */
export type Marks = { readonly on: string; readonly off: string };

/** One text on its way, with what is asked about it. Its program is parsed with parentheses as nodes. */
export type Written = {
  readonly text: string;
  readonly program: Node;
  readonly marks: Marks;
  readonly placeOf: (node: Node) => Place | undefined;
  readonly isKnown: (name: string) => boolean;
};

export function readWritten(text: string, program: Node, marks: Marks): Written {
  const places = new Map<Node, Place>();
  for (const { node, parent, field } of walk(program))
    if (parent !== undefined) places.set(node, { parent, field });
  const bound = bindings(program);
  return {
    text,
    program,
    marks,
    placeOf: (node) => places.get(node),
    isKnown: (name) => bound.has(name),
  };
}

/** Names that the text does not have. */
export function marksFor(texts: readonly string[]): Marks {
  for (let at = 0; ; at += 1) {
    const name = `autolandFlag${at}`;
    if (!texts.some((text) => text.includes(name))) return { on: `${name}On`, off: `${name}Off` };
  }
}

export function endOf(node: Node): number {
  return typeof node.end === 'number' ? node.end : node.start;
}

export function sliceOf({ text }: Pick<Written, 'text'>, node: Node): string {
  return text.slice(node.start, endOf(node));
}

export function markOf(marks: Marks, value: boolean): string {
  return value ? marks.on : marks.off;
}

const wrappers = new Set([
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
]);

/** Without parentheses and types around it. */
export function bare(node: Node | undefined): Node | undefined {
  let inner = node;
  while (inner !== undefined && wrappers.has(inner.type)) inner = child(inner, 'expression');
  return inner;
}

/** The flag's value, where the mark of it stands. */
export function flagAt({ marks }: Pick<Written, 'marks'>, node: Node | undefined): boolean | undefined {
  const name = identifier(bare(node));
  if (name === undefined) return undefined;
  return name === marks.on ? true : name === marks.off ? false : undefined;
}

/** A text on its way, and where in the text that people know each of its characters came from. */
export type Draft = { readonly text: string; readonly origins: readonly number[] };

export function draftOf(text: string): Draft {
  return { text, origins: Array.from({ length: text.length }, (_, at) => at) };
}

/** No edit overlaps another. What is put in comes from where it is put. */
export function edited({ text, origins }: Draft, edits: readonly Edit[]): Draft {
  const parts: string[] = [];
  const from: (readonly number[])[] = [];
  let at = 0;
  for (const { start, end, text: put } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new Error('two edits of one place');
    parts.push(text.slice(at, start), put);
    from.push(origins.slice(at, start), new Array<number>(put.length).fill(origins[start] ?? 0));
    at = end;
  }
  return { text: [...parts, text.slice(at)].join(''), origins: [...from, origins.slice(at)].flat() };
}
