/** One source file before and after a change. */
export type SourcePair = { readonly path: string; readonly base: string; readonly head: string };

/** `same`: the two texts have one syntax tree, and the comments that tools obey stand at the same places. */
export type SyntaxComparison = { readonly same: true } | { readonly same: false; readonly why: string };
