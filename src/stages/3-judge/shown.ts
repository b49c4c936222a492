import type { FileChange } from '../../domain/change.ts';
import type { FileDiff } from '../../domain/file-diff.ts';
import type { ShownDiff, ShownFile } from '../../domain/judgement.ts';
import { printable } from '../../domain/printable.ts';
import { sizeOf } from './request.ts';

/** `code` without comments for the lenses; `whole` for the look for text that speaks to a reviewer. */
export type ShownChange = { readonly code: ShownDiff; readonly whole: ShownDiff };

/** Of what is too large, or cannot be shown, no judge can say anything: all of it is shown, or nothing. */
export type Showing =
  | ({ readonly kind: 'shown' } & ShownChange)
  | { readonly kind: 'hidden'; readonly reasons: readonly string[] };

/** Why nobody needs to read the file to know that it cannot be shown; undefined: its texts say. */
export function obstacleTo({ kind, status, binary }: FileChange): string | undefined {
  if (binary) return 'it is binary';
  if (kind === 'symlink' || kind === 'submodule') return `it is a ${kind}`;
  return status === 'type-changed' ? 'it becomes a file of another kind' : undefined;
}

/** `diffs`: by path, or why it was not read. `mostCharacters`: of all that one request may show. */
export function showingOf(
  files: readonly FileChange[],
  diffs: ReadonlyMap<string, FileDiff>,
  mostCharacters: number,
): Showing {
  const hidden: string[] = [];
  const code: ShownFile[] = [];
  const whole: ShownFile[] = [];
  for (const file of files) {
    const diff = diffs.get(file.path) ?? { kind: 'unread', why: 'its reader gave no answer' };
    if (diff.kind === 'unread')
      hidden.push(`${printable(file.path).slice(0, 200)} cannot be shown to a judge: ${diff.why}.`);
    else {
      code.push({ ...headOf(file), hunks: diff.code });
      whole.push({ ...headOf(file), hunks: diff.whole });
    }
  }
  if (files.length === 0) hidden.push('The change has no file that a judge could be shown.');
  const size = Math.max(sizeOf(code), sizeOf(whole));
  if (size > mostCharacters)
    hidden.push(`It is too large for a judge: ${size} characters, over ${mostCharacters} (judge.maxKiB).`);
  return hidden.length > 0 ? { kind: 'hidden', reasons: hidden } : { kind: 'shown', code, whole };
}

function headOf({ path, oldPath, status, kind }: FileChange): Omit<ShownFile, 'hunks'> {
  const words = kind === 'executable' ? `${status} executable` : status;
  return { path, status: words, ...(oldPath === undefined ? {} : { oldPath }) };
}
