import { invisible } from '../../../domain/invisible.ts';
import type { PackageFile } from '../../../domain/package-contents.ts';
import type { Mark } from './mark.ts';

// Nothing that runs is made of these; their emoji are many.
const prose =
  /\.(md|markdown|txt|html?|css|scss|less|map|svg|snap|po|ya?ml)$|(^|\/)(readme|changelog|history|authors|licen[cs]e)[^/]*$/i;
const longLine = 1_000;
/** Minifiers leave 1 to 4 blanks in a hundred characters; people, and what compilers write for people, 14 and more. */
const leastBlanks = 0.1;
/** Code that is pushed to the right, out of sight. */
const padded = /\S[ \t]{80,}\S/;

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
    if (!isSource || minified || !isHardToRead(line)) continue;
    minified = true;
    const quote = `a line of ${line.length} characters`;
    marks.push({ kind: 'minified', what: 'line', path: file.path, line: number, quote });
  }
  return marks;
}

function isHardToRead(line: string): boolean {
  if (padded.test(line)) return true;
  return line.length > longLine && (line.match(/\s/g)?.length ?? 0) < leastBlanks * line.length;
}
