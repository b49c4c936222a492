import type { FileChange, FileStatus } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import { decodePath } from './safe-path.ts';
import { kindOfMode, splitNul } from './tree-entries.ts';

/** A FileChange whose size is not known yet, and the blob that has it (undefined: nothing to measure). */
export type MeasuredLater = Omit<FileChange, 'size'> & { readonly blob: string | undefined };

type Raw = Omit<MeasuredLater, 'added' | 'removed' | 'binary'>;
type Counts = Pick<MeasuredLater, 'added' | 'removed' | 'binary'>;

/**
 * `git diff-tree -r -z --raw --numstat -M`: all raw records, then all counts.
 * Raw: `:mode mode oid oid STATUS NUL path NUL [path NUL]`. Counts: `added TAB removed TAB path NUL`, renamed: `… TAB NUL old NUL new NUL`.
 */
export function parseDiff(output: Buffer): MeasuredLater[] {
  const parts = splitNul(output);
  let at = 0;
  const next = () => {
    const part = parts[at++];
    if (part === undefined) throw new AutolandError('git.failed', 'git diff-tree answered half a record');
    return part;
  };
  const raws: Raw[] = [];
  while (parts[at]?.[0] === 58) raws.push(rawRecord(next));
  const counts = new Map<string, Counts>();
  while (at < parts.length) {
    const [path, count] = countRecord(next);
    counts.set(path, count);
  }
  return raws.map((raw) => {
    const count = counts.get(raw.path);
    if (count === undefined) {
      throw new AutolandError('git.failed', `git diff-tree counted no lines for ${JSON.stringify(raw.path)}`);
    }
    return { ...raw, ...count };
  });
}

function rawRecord(next: () => Buffer): Raw {
  const [oldMode = '', newMode = '', , newOid = '', letter = ''] = next()
    .toString('latin1')
    .slice(1)
    .split(' ');
  const status = statusOf(letter);
  const first = decodePath(next());
  const kind = kindOfMode(status === 'deleted' ? oldMode : newMode);
  const blob = status === 'deleted' || kind === 'submodule' ? undefined : newOid;
  if (status !== 'renamed') return { path: first, status, kind, blob };
  return { path: decodePath(next()), oldPath: first, status, kind, blob };
}

function countRecord(next: () => Buffer): [path: string, counts: Counts] {
  const record = next();
  const firstTab = record.indexOf(9);
  const secondTab = record.indexOf(9, firstTab + 1);
  const added = record.subarray(0, firstTab).toString('latin1');
  const removed = record.subarray(firstTab + 1, secondTab).toString('latin1');
  const named = record.subarray(secondTab + 1);
  if (named.length === 0) next();
  const path = decodePath(named.length === 0 ? next() : named);
  const binary = added === '-';
  return [path, { binary, added: binary ? 0 : Number(added), removed: binary ? 0 : Number(removed) }];
}

const statuses: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type-changed',
};

function statusOf(letter: string): FileStatus {
  const status = statuses[letter[0] ?? ''];
  if (status === undefined) throw new AutolandError('git.failed', `git diff-tree answered status ${letter}`);
  return status;
}
