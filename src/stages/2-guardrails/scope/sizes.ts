import type { FileChange } from '../../../domain/change.ts';
import { isLockfile } from '../../../domain/lockfile/locate.ts';
import type { DiffFacts, Problem } from '../facts.ts';

/** A lockfile is text that a machine writes: its lines do not count, its bytes do. */
const maxLockfileKiB = 32 * 1024;
const deletedFilesShare = 0.5;

/** Elsewhere it is but a file of that name, such as a test's: it counts as any other. */
export function isRootLockfile(path: string): boolean {
  return isLockfile(path) && !path.includes('/');
}

export const isCounted = (file: FileChange): boolean => !isRootLockfile(file.path);

export function sum(files: readonly FileChange[], key: 'added' | 'removed'): number {
  return files.reduce((total, file) => total + file[key], 0);
}

export function counts({ files, limits }: DiffFacts): readonly Problem[] {
  const counted = files.filter(isCounted);
  const [added, removed] = [sum(counted, 'added'), sum(counted, 'removed')];
  const problems: Problem[] = [];
  const over = (code: string, what: string, found: number, limit: number) => {
    // A count that is not a number is over every limit.
    if (!(found <= limit)) problems.push({ code, detail: `${found} ${what}, over the limit of ${limit}.` });
  };
  over('scope.deleted-lines', 'lines are deleted', removed, limits.maxDeletedLines);
  over('scope.lines', 'lines change', added + removed, limits.maxChangedLines);
  over('scope.files', 'files change', files.length, limits.maxFiles);
  return problems;
}

export function sizes({ files, limits }: DiffFacts): readonly Problem[] {
  return files.flatMap((file) => {
    const limit = isCounted(file) ? limits.maxFileKiB : maxLockfileKiB;
    if (file.size <= limit * 1024) return [];
    const detail = `${file.path} has ${Math.ceil(file.size / 1024)} KiB, over ${limit}.`;
    return [{ code: 'scope.file-size', detail }];
  });
}

export function massDeletion({ files, limits }: DiffFacts): readonly Problem[] {
  const deleted = files.filter((file) => file.status === 'deleted').length;
  return deleted > Math.max(1, limits.maxFiles * deletedFilesShare)
    ? [{ code: 'scope.mass-deletion', detail: `${deleted} files are deleted.` }]
    : [];
}
