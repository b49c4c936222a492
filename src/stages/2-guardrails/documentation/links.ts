import { type BrokenLink, brokenLink, siteOf } from './broken.ts';
import type { DocumentFacts } from './facts.ts';

/** Links that lead nowhere at head and did not at base, be the link new or its target gone. */
export function newlyBroken({ base, head, changed }: DocumentFacts): readonly BrokenLink[] {
  const [before, after] = [siteOf(base), siteOf(head)];
  const oldPaths = new Map(changed.map(({ path, oldPath }) => [path, oldPath]));
  return [...head.outlines].flatMap(([path, { links }]) => {
    const oldPath = oldPaths.get(path) ?? path;
    const old = before.outlines.get(oldPath)?.links ?? [];
    const wasBroken = new Set(
      old.filter((link) => brokenLink(before, oldPath, link) !== undefined).map(({ url }) => url),
    );
    return links.flatMap((link) => {
      const broken = wasBroken.has(link.url) ? undefined : brokenLink(after, path, link);
      return broken === undefined ? [] : [broken];
    });
  });
}
