/** One source file before and after a change. */
export type SourcePair = { readonly path: string; readonly base: string; readonly head: string };

/**
 * `same`: the two texts have one syntax tree, and the comments that tools obey stand at the same places. `forms`: they have
 * one once differences are undone that no program can tell from outside, named as lint rules are.
 */
export type SyntaxComparison =
  | { readonly same: true; readonly forms?: readonly string[] }
  | { readonly same: false; readonly why: string };
