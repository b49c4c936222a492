import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

export type ParsedDocument = {
  readonly nodes: readonly Nodes[];
  /** The text without what stands before it. */
  readonly body: string;
  /** How many lines and units of the text stand before the body. */
  readonly lines: number;
  readonly start: number;
};

/** DANGER: the parser recurses and can take long; hostile text ends the PROCESS. Call it in a child process only. */
export function parseDocument(text: string): ParsedDocument {
  const { body, lines } = withoutFrontMatter(text);
  const root = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return { nodes: [...walk(root)], body, lines, start: text.length - body.length };
}

/** YAML between two lines of --- at the beginning is shown as a table, or not at all. */
function withoutFrontMatter(text: string): { body: string; lines: number } {
  const plain = text.replace(/^\ufeff/, '');
  if (!/^---[ \t]*\r?\n/.test(plain)) return { body: plain, lines: 0 };
  const end = /\n---[ \t]*(\r?\n|$)/.exec(plain);
  if (end === null) return { body: plain, lines: 0 };
  const front = plain.slice(0, end.index + end[0].length);
  return { body: plain.slice(front.length), lines: front.split('\n').length - 1 };
}

/** In the order of the text. An own stack: depth is the author's choice. */
export function* walk(root: Root): Generator<Nodes> {
  const pending: Nodes[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if ('children' in node) pending.push(...node.children.toReversed());
  }
}
