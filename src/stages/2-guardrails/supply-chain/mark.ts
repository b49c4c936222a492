import type { CapabilityKind } from '../../../domain/capabilities.ts';

const capabilities = [
  'network',
  'exec',
  'eval',
  'dynamic-require',
  'global-patching',
  'file-writes',
  'environment',
  'host',
] as const satisfies readonly CapabilityKind[];

/** `unread`: code that could not be read, so it may do anything. */
export const markKinds = [
  ...capabilities,
  'binary',
  'image',
  'invisible-unicode',
  'minified',
  'link',
  'unread',
] as const;
export type MarkKind = (typeof markKinds)[number];

/** Something worth knowing about a file. Two marks of one kind and `what` say the same, wherever they stand. */
export type Mark = {
  readonly kind: MarkKind;
  readonly what: string;
  readonly path: string;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  readonly quote: string;
};
