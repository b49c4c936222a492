import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { CommentsOf, Span } from './comments.ts';
import { htmlComments } from './html-comments.ts';

/** What a reader of the page does not see: comments in its HTML, and definitions that nothing uses. */
export const markdownComments: CommentsOf = (_path, text) => {
  const root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const nodes = [...walk(root)];
  const used = new Set(
    nodes.flatMap((node) =>
      node.type === 'linkReference' || node.type === 'imageReference' ? [node.identifier] : [],
    ),
  );
  const spans: Span[] = [];
  for (const { type, position, ...node } of nodes) {
    const [from, to] = [position?.start.offset, position?.end.offset];
    if (from === undefined || to === undefined) continue;
    if (type === 'definition' && 'identifier' in node && !used.has(node.identifier)) spans.push({ from, to });
    if (type !== 'html') continue;
    const found = htmlComments(text.slice(from, to));
    // Where one piece cannot be read, a browser may read all that follows otherwise.
    if (found === undefined && text.includes('<!--')) return undefined;
    spans.push(...(found ?? []).map((span) => ({ from: from + span.from, to: from + span.to })));
  }
  return spans;
};

/** An own stack: depth is the author's choice. */
function* walk(root: Nodes): Generator<Nodes> {
  const pending: Nodes[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if ('children' in node) pending.push(...node.children);
  }
}
