import type { Nodes } from 'mdast';
import type { DocumentReading, DocumentWord, WrittenCode } from '../../domain/document.ts';
import { languageOf, outlineIn } from './outline.ts';
import { type ParsedDocument, parseDocument } from './parse-document.ts';

const mostWords = 20_000;
const mostCodeUnits = 20_000;

/** DANGER: as of parseDocument. */
export function readingOf(text: string): DocumentReading {
  const parsed = parseDocument(text);
  const places: (number | null)[] = [];
  const outline = outlineIn(parsed, (link, node) => places.push(placeOf(link.url, node, parsed)));
  const quiet = quietNodes(parsed.nodes);
  const words = parsed.nodes.flatMap((node) =>
    node.type === 'text' && !quiet.has(node) ? wordsOf(node, parsed) : [],
  );
  const codes = parsed.nodes.flatMap((node) => codeOf(node, parsed) ?? []);
  return { outline, places, words: words.slice(0, mostWords), codes };
}

/** What a heading says names its anchor, and what a link says is often a name. */
function quietNodes(nodes: readonly Nodes[]): ReadonlySet<Nodes> {
  const quiet = new Set<Nodes>();
  for (const node of nodes) {
    const isQuiet = /^(heading|link|linkReference)$/.test(node.type) || quiet.has(node);
    if (isQuiet && 'children' in node) for (const each of node.children) quiet.add(each);
  }
  return quiet;
}

type Source = { readonly source: string; readonly from: number; readonly line: number };

function sourceOf({ position }: Nodes, { body, lines }: ParsedDocument): Source | undefined {
  const [from, to] = [position?.start.offset, position?.end.offset];
  if (position === undefined || from === undefined || to === undefined) return undefined;
  return { source: body.slice(from, to), from, line: position.start.line + lines };
}

/** Between what delimits a URL, and there once: else it is written in another form, or which one is meant is not clear. */
function placeOf(url: string, node: Nodes, parsed: ParsedDocument): number | null {
  const found = sourceOf(node, parsed);
  if (url === '' || found === undefined) return null;
  const { source, from } = found;
  const places: number[] = [];
  for (let at = source.indexOf(url); at !== -1 && places.length < 2; at = source.indexOf(url, at + 1)) {
    const [before, after] = [source[at - 1] ?? '', source[at + url.length] ?? ''];
    if (/[(<"'=\s]/.test(before) && (after === '' || /[)>"'\s]/.test(after))) places.push(at);
  }
  return places.length === 1 ? parsed.start + from + (places[0] ?? 0) : null;
}

/** Alone between blanks or punctuation of prose: part of no identifier, path, address, entity or compound. */
const word =
  /(?<![\p{L}\p{M}\p{N}_@#$/.\\:;%&=+~*<>'’-])[a-z]{4,30}(?![\p{L}\p{M}\p{N}_@#$/\\:%&=+~*<>'’(-]|\.[\p{L}\p{N}])/gu;

function wordsOf(node: Nodes, parsed: ParsedDocument): readonly DocumentWord[] {
  const found = sourceOf(node, parsed);
  if (found === undefined) return [];
  const { source, from, line } = found;
  const matches = [...source.matchAll(word)];
  let [counted, lines] = [0, 0];
  return matches.map((match) => {
    lines += source.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    return { text: match[0], at: parsed.start + from + match.index, line: line + lines };
  });
}

function codeOf(node: Nodes, parsed: ParsedDocument): WrittenCode | undefined {
  if (node.type !== 'code' && node.type !== 'inlineCode') return undefined;
  const found = sourceOf(node, parsed);
  if (found === undefined || found.source.length > mostCodeUnits) return undefined;
  const language = node.type === 'code' ? languageOf(node.lang) : null;
  return { source: found.source, at: parsed.start + found.from, line: found.line, language };
}
