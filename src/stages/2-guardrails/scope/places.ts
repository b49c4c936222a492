import type { ChangeClass, FileChange } from '../../../domain/change.ts';
import { isManifest } from '../../../domain/lockfile/locate.ts';
import { isDocumentPath, isGeneratedPath, isSourcePath, isToolFile } from '../../../domain/path-kinds.ts';
import { isTestFile } from '../../../domain/test-file.ts';
import type { DiffFacts, Problem } from '../facts.ts';
import { isRootLockfile } from './sizes.ts';

export type Place = 'manifest' | 'lockfile' | 'tool' | 'generated' | 'document' | 'test' | 'source' | 'other';
type Status = FileChange['status'];
type Allowed = {
  readonly places: readonly Place[];
  readonly statuses: readonly Status[];
  /** Of these, whole files may go too; absent: of none. */
  readonly going?: readonly Place[];
};

const edits: readonly Status[] = ['modified'];
const all: readonly Status[] = ['added', 'modified', 'deleted', 'renamed'];
const dependency: Allowed = { places: ['manifest', 'lockfile'], statuses: edits };

/** What each class is about. undefined: anything, because a person decides, or it was all there before. */
const mayTouch: Readonly<Record<ChangeClass, Allowed | undefined>> = {
  'dependency-patch': dependency,
  'dependency-minor': dependency,
  'dependency-security': dependency,
  docs: { places: ['document'], statuses: all },
  lint: { places: ['source', 'test'], statuses: edits },
  'flag-addition': { places: ['source', 'test'], statuses: ['added', 'modified'] },
  'flag-removal': { places: ['source', 'test'], statuses: edits, going: ['test'] },
  'crash-fix': { places: ['source', 'test'], statuses: ['added', 'modified'] },
  revert: undefined,
  other: undefined,
};

const told: Readonly<Record<Place, string>> = {
  manifest: 'a package.json',
  lockfile: 'a lockfile',
  tool: 'a file that changes how tools run',
  generated: 'a file that a program writes',
  document: 'a document',
  test: 'a test',
  source: 'source code',
  other: 'none of the kinds of files that such a change is about',
};

/** The first kind that fits: a configuration is not source code, even where it is written in it. */
export function placeOf(path: string): Place {
  if (isManifest(path)) return 'manifest';
  if (isRootLockfile(path)) return 'lockfile';
  if (isToolFile(path)) return 'tool';
  if (isGeneratedPath(path)) return 'generated';
  if (isDocumentPath(path)) return 'document';
  if (isTestFile(path)) return 'test';
  return isSourcePath(path) ? 'source' : 'other';
}

/** A second opinion on the class: it may touch what its class is about, and nothing else. */
export function outOfPlace({ class: changeClass, files }: DiffFacts): readonly Problem[] {
  const allowed = mayTouch[changeClass];
  if (allowed === undefined) return [];
  return files.flatMap((file) => {
    const paths = file.oldPath === undefined ? [file.path] : [file.path, file.oldPath];
    const stranger = paths.find((path) => !allowed.places.includes(placeOf(path)));
    if (stranger !== undefined) {
      const place = placeOf(stranger);
      const detail = `${stranger} is ${told[place]}: a change of class ${changeClass} does not touch it.`;
      return [{ code: place === 'generated' ? 'scope.generated' : 'scope.out-of-place', detail }];
    }
    if (allowed.statuses.includes(file.status)) return [];
    if (file.status === 'deleted' && allowed.going?.includes(placeOf(file.path)) === true) return [];
    const detail = `${file.path} is ${file.status}: a change of class ${changeClass} does not do that.`;
    return [{ code: 'scope.out-of-place', detail }];
  });
}
