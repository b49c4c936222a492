import { invisible } from '../../domain/invisible.ts';
import { paint, width } from './text.ts';

const hidden = new RegExp(`[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Bidi_Control}]|${invisible.source}`, 'gu');
const breaks = /\r\n|[\n\r\u2028\u2029]/;
/** Of a folded text. */
const mostLines = 12;
const shownLines = 8;
const bar = '  │ ';

/**
 * Text from outside over several lines, each behind a bar, so that none looks like a line of ours. What a terminal would obey, or not
 * show at all, stands as `\u{…}`: a reader must see that there was something.
 */
export function quoted(text: string, isFull: boolean): string[] {
  const columns = width() - bar.length;
  const most = isFull ? Number.POSITIVE_INFINITY : mostLines;
  const lines: string[] = [];
  for (const line of text.split(breaks)) {
    // No more than is shown: a text may have megabytes.
    if (lines.length > most) break;
    lines.push(...folded(visible(line), columns));
  }
  const isCut = lines.length > most;
  const shown = isCut ? lines.slice(0, shownLines) : lines;
  const rest = isCut ? [paint('dim', `${bar}… ${text.length} characters in all: --full`)] : [];
  return [...shown.map((line) => `${paint('dim', bar)}${line}`.trimEnd()), ...rest];
}

export function visible(text: string): string {
  return text
    .replaceAll('\t', '  ')
    .replaceAll(hidden, (one) =>
      [...one].map((char) => `\\u{${char.codePointAt(0)?.toString(16)}}`).join(''),
    );
}

/** At spaces where there are any, else where the room ends. */
function folded(line: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const space = rest.lastIndexOf(' ', columns);
    const at = space > columns / 2 ? space : afterWhole(rest, columns);
    lines.push(rest.slice(0, at));
    rest = rest.slice(rest[at] === ' ' ? at + 1 : at);
  }
  return [...lines, rest];
}

/** Not between the halves of one character. */
function afterWhole(text: string, at: number): number {
  return /[\ud800-\udbff]/.test(text[at - 1] ?? '') ? at - 1 : at;
}
