import type { Node } from '../domain/syntax-tree.ts';

/** What a parser says of a file. */
export type Parsed = {
  readonly program: Node;
  readonly comments: readonly {
    readonly type: string;
    readonly value: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly text: string;
};
