import type { PackageFile } from '../../../domain/package-contents.ts';
import type { Mark } from './mark.ts';

// Nothing that runs is made of these; their emoji are many.
const prose =
  /\.(md|markdown|txt|html?|css|scss|less|map|svg|snap|po|ya?ml)$|(^|\/)(readme|changelog|history|authors|licen[cs]e)[^/]*$/i;
const longLine = 1_000;

/**
 * Directions, blanks of no width, tags and the selectors that can carry bytes. Joiners are part of words and emoji, so
 * only those between plain letters count.
 */
const invisible =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\uffa0]|[\u{e0000}-\u{e0fff}]|(?<=[\w$])[\u200c\u200d](?=[\w$])|(?:[\ufe00-\ufe0f]){2}|(?!^)\ufeff/u;

/** What is seen in the text itself, whatever its language. */
export function textMarks(file: PackageFile, isSource: boolean): readonly Mark[] {
  if (file.text === undefined || (!isSource && prose.test(file.path))) return [];
  const marks: Mark[] = [];
  let minified = false;
  let number = 0;
  for (const line of file.text.split('\n')) {
    number += 1;
    const found = invisible.exec(number === 1 ? line.replace(/^\ufeff/, '') : line)?.[0];
    const point = found?.codePointAt(0)?.toString(16).toUpperCase();
    if (point !== undefined && marks.length < 100) {
      marks.push({ kind: 'invisible-unicode', what: `U+${point}`, path: file.path, line: number, quote: '' });
    }
    if (!isSource || minified || line.length <= longLine) continue;
    minified = true;
    const quote = `a line of ${line.length} characters`;
    marks.push({ kind: 'minified', what: 'line', path: file.path, line: number, quote });
  }
  return marks;
}
