import type { Span } from './comments.ts';

/*
 * Where a browser sees comments, by the tokenizer of HTML (https://html.spec.whatwg.org/#tokenization). What it shows to readers must
 * never be taken for a comment: `--!>` ends one, a quoted attribute holds none, and in some elements there is none.
 */

/** Within these text is read otherwise: nobody here says what is a comment. */
const foreign = /^(script|style|textarea|title|xmp|iframe|noembed|noframes|noscript|plaintext|svg|math)$/i;
const opening = /<(?:!--|[/!?]|[a-z])/gi;
const tagName = /<\/?([a-z][^\t\n\f\r />]*)/iy;
const commentEnd = /-->|--!>/g;
const blanks = /[\t\n\f\r /]*/y;
const attribute = /=?[^\t\n\f\r />=]*/y;
const value = /[\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*"|'[^']*'|(?![\t\n\f\r "'])[^\t\n\f\r >]*)/y;

/** Of one piece of HTML; undefined: where they are cannot be told. One that nobody closes goes to the end. */
export function htmlComments(html: string): readonly Span[] | undefined {
  const found: Span[] = [];
  for (let at = next(opening, html, 0); at !== undefined; ) {
    const { index, text } = at;
    const end = text === '<!--' ? endOfComment(html, index) : endOfMarkup(html, index);
    if (end === undefined) return undefined;
    if (text === '<!--') found.push({ from: index, to: end });
    at = next(opening, html, end);
  }
  return found;
}

function endOfComment(html: string, from: number): number {
  const [, abrupt] = /^<!--(-?>)/.exec(html.slice(from, from + 6)) ?? [];
  if (abrupt !== undefined) return from + 4 + abrupt.length;
  const end = next(commentEnd, html, from + 4);
  return end === undefined ? html.length : end.index + end.text.length;
}

/** Of a tag, or of what a browser passes over up to the next `>`. undefined: it has no end here, or what follows is read otherwise. */
function endOfMarkup(html: string, from: number): number | undefined {
  tagName.lastIndex = from;
  const [whole, name] = tagName.exec(html) ?? [];
  if (whole === undefined || name === undefined) {
    const close = html.indexOf('>', from);
    return close === -1 ? undefined : close + 1;
  }
  if (foreign.test(name)) return undefined;
  let at = from + whole.length;
  for (;;) {
    at = passed(blanks, html, at);
    if (html[at] === '>') return at + 1;
    if (at >= html.length) return undefined;
    const named = passed(attribute, html, at);
    at = passed(value, html, named);
    // A quote that nobody closes.
    if (at === named && /^[\t\n\f\r ]*=/.test(html.slice(at, at + 100))) return undefined;
  }
}

function next(pattern: RegExp, html: string, from: number): { index: number; text: string } | undefined {
  pattern.lastIndex = from;
  const found = pattern.exec(html);
  return found === null ? undefined : { index: found.index, text: found[0] };
}

function passed(pattern: RegExp, html: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(html)?.[0].length ?? 0);
}
