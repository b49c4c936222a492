import type { Edit } from './written.ts';

/* Where statements begin and end as people see them: with their lines, and with the comments above them. */

export type Span = { readonly start: number; readonly end: number };

/** The whitespace before what stands first in its line. */
export function indentationAt(text: string, at: number): string {
  const begin = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(begin, at))?.[0] ?? '';
}

/** Removes statements with the lines that are theirs alone, and one of two empty lines that would meet. */
export function removeLines(text: string, { start, end }: Span): Edit {
  const begin = text.lastIndexOf('\n', start - 1) + 1;
  const isFirst = text.slice(begin, start).trim() === '';
  const rest = /^[ \t]*(\/\/[^\n]*)?(\r?\n|$)/.exec(text.slice(end));
  if (!isFirst || rest === null) return { start, end: end + spacesAt(text, end), text: '' };
  const after = end + rest[0].length;
  const meets = /^[ \t]*\r?\n/.exec(text.slice(after));
  const before = text.slice(0, begin);
  const lines = /(\r?\n[ \t]*)+\r?\n$/.exec(before);
  if (text.slice(after).trim() === '' && lines !== null)
    return {
      start: before.trimEnd().length + (lines[0].startsWith('\r') ? 2 : 1),
      end: text.length,
      text: '',
    };
  const stands = before === '' || /\n[ \t]*\r?\n$/.test(before) || /[{([]\r?\n$/.test(before);
  return { start: begin, end: after + (stands && meets !== null ? meets[0].length : 0), text: '' };
}

/** With the comment lines directly above, unless they stand at the head of the file, where they are about all of it. */
export function withComments(text: string, { start, end }: Span): Span {
  let begin = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(begin, start).trim() !== '') return { start, end };
  for (;;) {
    const above = commentAbove(text, begin);
    if (
      above === undefined ||
      text
        .slice(0, above)
        .replace(/^#![^\n]*\n/, '')
        .trim() === ''
    )
      break;
    begin = above;
  }
  return { start: begin + spacesAt(text, begin), end };
}

/** Where the comment begins that ends in the line before; undefined: there is none. */
function commentAbove(text: string, begin: number): number | undefined {
  if (begin === 0) return undefined;
  const line = text.lastIndexOf('\n', begin - 2) + 1;
  const above = text.slice(line, begin - 1).trim();
  if (above.startsWith('//')) return line;
  if (!above.endsWith('*/')) return undefined;
  const open = text.lastIndexOf('/*', begin);
  const first = text.lastIndexOf('\n', open - 1) + 1;
  return open !== -1 && text.slice(first, open).trim() === '' ? first : undefined;
}

function spacesAt(text: string, at: number): number {
  return /^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0;
}
