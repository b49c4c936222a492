import type { CapabilityKind } from '../../../domain/capabilities.ts';

export type MarkKind =
  | Exclude<CapabilityKind, 'load' | 'inner'>
  | 'binary'
  | 'image'
  | 'invisible-unicode'
  | 'minified'
  | 'link'
  /** Code that could not be read: it may do anything. */
  | 'unread';

/** Something worth knowing about a file. Two marks of one kind and `what` say the same, wherever they stand. */
export type Mark = {
  readonly kind: MarkKind;
  readonly what: string;
  readonly path: string;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  readonly quote: string;
};
