import type { ChangeClass } from '../../../domain/change.ts';
import type { CodeBlock, DocumentOutline } from '../../../domain/document.ts';

/** One side of the change. */
export type DocumentSide = {
  /** Every file of the tree. */
  readonly paths: ReadonlySet<string>;
  /** Of those documents that were read, by path. */
  readonly outlines: ReadonlyMap<string, DocumentOutline>;
};

/** A document that the change adds or alters; '' where a side has none. */
export type ChangedDocument = {
  readonly path: string;
  readonly oldPath: string;
  readonly base: string;
  readonly head: string;
};

export type BlockFault = { readonly path: string; readonly block: CodeBlock; readonly why: string };

export type DocumentFacts = {
  readonly class: ChangeClass;
  readonly base: DocumentSide;
  readonly head: DocumentSide;
  /** Text that people read, Markdown or not. */
  readonly changed: readonly ChangedDocument[];
  /** Samples that the change brings and that do not parse; as many fewer as it mends. */
  readonly faults: readonly BlockFault[];
  readonly unread: readonly { readonly what: string; readonly why: string }[];
};
