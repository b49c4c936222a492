import type { FlagDoubt, FlagQuestion } from '../domain/flag-off.ts';
import type { Node } from '../domain/syntax-tree.ts';
import { FlagReader } from './flags.ts';

/** A parser's program; throws an Error for text that does not parse. */
export type ParseProgram = (path: string, text: string) => Node;

export type Side = {
  readonly path: string;
  readonly text: string;
  readonly program: Node;
  readonly reader: FlagReader;
};
export type Pair = { readonly path: string; readonly base: Side; readonly head: Side };

export function readSide(path: string, text: string, question: FlagQuestion, parse: ParseProgram): Side {
  const program = parse(path, text);
  const reader = new FlagReader({
    path,
    program,
    helpers: new Set(question.helpers),
    paths: new Set([...question.paths, ...question.files.map((file) => file.path)]),
  });
  return { path, text, program, reader };
}

export function doubt({ path, text }: Pick<Side, 'path' | 'text'>, start: number, why: string): FlagDoubt {
  return { path, line: lineOf(text, start), why };
}

/** From 1. */
export function lineOf(text: string, start: number): number {
  return text.slice(0, start).split('\n').length;
}
