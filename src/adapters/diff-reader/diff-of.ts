import { structuredPatch } from 'diff';
import type { FileDiff, FilePair, Hunks } from '../../domain/file-diff.ts';
import type { ShownLine } from '../../domain/judgement.ts';
import { withoutComments } from './without-comments.ts';

const context = 3;
/** Beyond it the shortest way from one text to the other takes too long to find. */
const limits = { maxEditLength: 20_000, timeout: 5_000 };

/** DANGER: the parsers recurse and can take long; hostile text ends the PROCESS. Call it in a child process only. */
export function diffOf({ path, oldPath, ...texts }: FilePair): FileDiff {
  const [base, head] = [plain(texts.base), plain(texts.head)];
  const before = base === null ? { text: '' } : withoutComments(oldPath, base);
  const after = head === null ? { text: '' } : withoutComments(path, head);
  if ('why' in before) return unread(`the old text ${before.why}`);
  if ('why' in after) return unread(`the new text ${after.why}`);
  const code = hunksBetween(before.text, after.text);
  const whole = hunksBetween(base ?? '', head ?? '');
  if (code === undefined || whole === undefined) return unread('it differs in too many places');
  // Where a comment was, an empty line is left: what changes nothing else shows nothing.
  return { kind: 'read', code: code.filter((hunk) => !hunk.every(isEmptyChange)), whole };
}

function unread(why: string): FileDiff {
  return { kind: 'unread', why };
}

function isEmptyChange({ side, text }: ShownLine): boolean {
  return side === 'kept' || text.trim() === '';
}

/** undefined: they differ too much. */
function hunksBetween(base: string, head: string): Hunks | undefined {
  const [old, now] = [trimmed(base), trimmed(head)];
  const patch = structuredPatch('', '', old, now, undefined, undefined, { context, ...limits });
  return patch?.hunks.map(({ oldStart, newStart, lines }) => numbered(lines, oldStart, newStart));
}

/** A byte order mark would move each offset by one. */
function plain(text: string | null): string | null {
  return text === null ? null : text.replace(/^\ufeff/, '');
}

/** Space at the ends of lines is no difference. */
function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function numbered(lines: readonly string[], oldStart: number, newStart: number): readonly ShownLine[] {
  const shown: ShownLine[] = [];
  let [old, now] = [oldStart, newStart];
  for (const line of lines) {
    const text = line.slice(1);
    if (line.startsWith('+')) shown.push({ side: 'added', line: now++, text });
    else if (line.startsWith('-')) shown.push({ side: 'removed', line: old++, text });
    else if (line.startsWith(' ')) {
      shown.push({ side: 'kept', line: now++, text });
      old++;
    }
    // What else there is says that the last line has no end.
  }
  return shown;
}
