import { directiveIn } from '../../domain/pragma.ts';
import { type CommentsOf, jsonComments, programComments, type Span, yamlComments } from './comments.ts';
import { markdownComments } from './markdown-comments.ts';

const languages: readonly (readonly [RegExp, CommentsOf])[] = [
  [/\.[cm]?[jt]sx?$/i, programComments],
  [/\.json[c5]?$/i, jsonComments],
  [/\.ya?ml$/i, yamlComments],
  [/\.(md|markdown)$/i, markdownComments],
  [
    /(^|\/)(yarn\.lock|\.(git|npm|docker|prettier|eslint)ignore|\.gitattributes)$/,
    (_path, text) => hashLines(text),
  ],
  // All of it is for people.
  [
    /\.txt$|(^|\/)(licen[cs]e|notice|authors|copying|readme|changelog|changes|history|contributing)$/i,
    () => [],
  ],
];

/**
 * The text without its comments, each line at its place. `why`: nobody knows where they are; what is shown with comments in it could
 * tell a judge what to think.
 */
export function withoutComments(path: string, text: string): { text: string } | { why: string } {
  const [, commentsOf] = languages.find(([pattern]) => pattern.test(path)) ?? [];
  if (commentsOf === undefined) return { why: 'is of a language whose comments are not known here' };
  const spans = commentsOf(path, text);
  return spans === undefined ? { why: 'does not parse' } : { text: without(text, spans) };
}

function without(text: string, spans: readonly Span[]): string {
  let rest = '';
  let at = 0;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from < at) continue;
    const comment = text.slice(from, to);
    rest += text.slice(at, from) + directiveIn(comment) + comment.replaceAll(/[^\n]+/g, '');
    at = to;
  }
  return rest + text.slice(at);
}

function hashLines(text: string): readonly Span[] {
  return [...text.matchAll(/^#.*$/gm)].map(({ index, 0: line }) => ({
    from: index,
    to: index + line.length,
  }));
}
