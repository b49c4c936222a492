import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { CommentsOf, Span } from './comments.ts';

/** What a reader of the page does not see: comments in its HTML, and definitions that nothing uses. */
export const markdownComments: CommentsOf = (_path, text) => {
  const root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const nodes = [...walk(root)];
  const used = new Set(
    nodes.flatMap((node) =>
      node.type === 'linkReference' || node.type === 'imageReference' ? [node.identifier] : [],
    ),
  );
  return nodes.flatMap((node): readonly Span[] => {
    const [from, to] = [node.position?.start.offset, node.position?.end.offset];
    if (from === undefined || to === undefined) return [];
    if (node.type === 'definition') return used.has(node.identifier) ? [] : [{ from, to }];
    return node.type === 'html' ? htmlComments(text.slice(from, to), from) : [];
  });
};

/** One that nobody closes goes to the end. */
function htmlComments(html: string, at: number): readonly Span[] {
  return [...html.matchAll(/<!--[\s\S]*?(?:-->|$)/g)].map(({ index, 0: comment }) => ({
    from: at + index,
    to: at + index + comment.length,
  }));
}

/** An own stack: depth is the author's choice. */
function* walk(root: Nodes): Generator<Nodes> {
  const pending: Nodes[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if ('children' in node) pending.push(...node.children);
  }
}
