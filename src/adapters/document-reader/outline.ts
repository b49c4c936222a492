import type { Nodes, Root } from 'mdast';
import type { CodeBlock, DocumentLink, DocumentOutline } from '../../domain/document.ts';
import { htmlParts } from './html.ts';
import { type ParsedDocument, parseDocument, walk } from './parse-document.ts';
import { Slugs } from './slugs.ts';

type Found = {
  readonly links: DocumentLink[];
  readonly anchors: string[];
  readonly blocks: CodeBlock[];
  readonly hidden: { from: number; to: number }[];
  readonly slugs: Slugs;
  readonly body: string;
  readonly definitions: ReadonlyMap<string, string>;
  readonly used: ReadonlySet<string>;
};

/** DANGER: as of parseDocument. */
export function outlineOf(text: string): DocumentOutline {
  return outlineIn(parseDocument(text), () => undefined);
}

/** `seen`: is told each link as it is found, with the node that holds it. */
export function outlineIn(
  { nodes, body, lines }: ParsedDocument,
  seen: (link: DocumentLink, node: Nodes) => void,
): DocumentOutline {
  const found: Found = {
    links: [],
    anchors: [],
    blocks: [],
    hidden: [],
    slugs: new Slugs(),
    body,
    definitions: new Map(
      nodes.flatMap((node) => (node.type === 'definition' ? [[node.identifier, node.url] as const] : [])),
    ),
    used: new Set(
      nodes.flatMap((node) =>
        node.type === 'linkReference' || node.type === 'imageReference' ? [node.identifier] : [],
      ),
    ),
  };
  for (const node of nodes) {
    const known = found.links.length;
    take(node, (node.position?.start.line ?? 1) + lines, found);
    for (const link of found.links.slice(known)) seen(link, node);
  }
  const { links, anchors, blocks, hidden } = found;
  return { links, anchors, blocks, hidden };
}

function take(node: Nodes, line: number, found: Found): void {
  const link = linkOf(node, found);
  if (link !== undefined) found.links.push({ ...link, line });
  if (node.type === 'heading') found.anchors.push(found.slugs.add(textOf(node)));
  if (node.type === 'code') {
    found.blocks.push({ language: languageOf(node.lang), text: node.value, line });
  }
  if (node.type === 'footnoteDefinition') {
    found.anchors.push(`fn-${node.identifier}`, `user-content-fn-${node.identifier}`);
  }
  if (node.type === 'html') {
    const end = node.position?.end.offset ?? found.body.length;
    takeHtml(node.value, found.body.slice(end, end + 300), line, found);
  }
  if (node.type === 'definition' && !found.used.has(node.identifier)) {
    found.hidden.push({ from: line, to: line + spanOf(node) });
  }
}

function linkOf(node: Nodes, { definitions, used }: Found): Omit<DocumentLink, 'line'> | undefined {
  if (node.type === 'link') return { url: node.url, text: textOf(node), image: false };
  if (node.type === 'image') return { url: node.url, text: '', image: true };
  if (node.type === 'definition' && used.has(node.identifier)) {
    return { url: node.url, text: '', image: false };
  }
  if (node.type !== 'linkReference') return undefined;
  const url = definitions.get(node.identifier);
  return url === undefined ? undefined : { url, text: textOf(node), image: false };
}

function takeHtml(html: string, tail: string, line: number, found: Found): void {
  const { urls, names, headings } = htmlParts(html, tail);
  for (const { url, image, text } of urls) found.links.push({ url, text, line, image });
  for (const heading of headings) found.anchors.push(found.slugs.add(heading));
  found.anchors.push(...names);
  for (let at = html.indexOf('<!--'); at !== -1; ) {
    const end = html.indexOf('-->', at + 4);
    const to = end === -1 ? html.length : end;
    const from = line + newlinesIn(html.slice(0, at));
    found.hidden.push({ from, to: from + newlinesIn(html.slice(at, to)) });
    at = html.indexOf('<!--', to);
  }
}

/** What GitHub makes a heading's name of, and what a reader sees of a link: text and code, no pictures. */
function textOf(node: Nodes): string {
  let text = '';
  for (const each of walk({
    type: 'root',
    children: 'children' in node ? (node.children as Root['children']) : [],
  })) {
    if (each.type === 'text' || each.type === 'inlineCode') text += each.value;
  }
  return text;
}

export function languageOf(lang: string | null | undefined): string {
  return (/^[\w+#.-]{1,40}/.exec(lang ?? '')?.[0] ?? '').toLowerCase();
}

function spanOf({ position }: Nodes): number {
  return position === undefined ? 0 : position.end.line - position.start.line;
}

function newlinesIn(text: string): number {
  return text.split('\n').length - 1;
}
