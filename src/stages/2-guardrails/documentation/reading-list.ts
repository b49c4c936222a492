import type { FileChange } from '../../../domain/change.ts';
import type { DocumentOutline } from '../../../domain/document.ts';
import type { ChangedDocument } from './facts.ts';
import { isMarkdown } from './paths.ts';
import { targetOf } from './target.ts';

type Outlines = ReadonlyMap<string, DocumentOutline>;

/**
 * Which documents besides those that change must be read: those that changed ones point into; and all, where something
 * that they may point at is gone.
 */
export function alsoToRead(
  files: readonly FileChange[],
  changed: readonly ChangedDocument[],
  sides: { readonly base: Outlines; readonly head: Outlines },
  paths: ReadonlySet<string>,
): readonly string[] {
  const read = new Set(changed.map(({ path }) => path));
  const isGone =
    files.some(({ status }) => status === 'deleted' || status === 'renamed') || losesAnchor(changed, sides);
  const wanted = isGone ? [...paths].filter(isMarkdown) : pointedAt(changed, sides.head, paths);
  return [...new Set(wanted)].filter((path) => !read.has(path));
}

function losesAnchor(
  changed: readonly ChangedDocument[],
  { base, head }: { readonly base: Outlines; readonly head: Outlines },
): boolean {
  return changed.some(({ path, oldPath }) => {
    const left = new Set(head.get(path)?.anchors);
    return (base.get(oldPath)?.anchors ?? []).some((anchor) => !left.has(anchor));
  });
}

function pointedAt(
  changed: readonly ChangedDocument[],
  head: Outlines,
  paths: ReadonlySet<string>,
): readonly string[] {
  return changed.flatMap(({ path }) =>
    (head.get(path)?.links ?? []).flatMap(({ url, image }) => {
      const target = targetOf(url, path, image);
      if (target.kind !== 'local' || target.fragment === '') return [];
      return [target.path, `${target.path}.md`].filter((each) => isMarkdown(each) && paths.has(each));
    }),
  );
}
