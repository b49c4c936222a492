import type { FileChange } from './change.ts';
import { isDocumentPath } from './path-kinds.ts';
import { compilePattern, foldedPath } from './path-pattern.ts';

/** What alters stored data or the settings of a service: going back to the version before does not undo it. */
export const usuallyIrreversible: readonly string[] = [
  '**/*.sql',
  '**/migrations',
  '**/migrate',
  '**/seeders',
  '**/*.prisma',
  '**/drizzle',
  '**/drizzle.config.*',
  '**/knexfile.*',
  '**/ormconfig.*',
  '**/data-source.*',
  '**/.sequelizerc',
  '**/.env',
  '**/.env.*',
];

/** Of what a change touches, the paths whose effect a rollback would leave behind. Under its old name or its new one. */
export function irreversiblePaths(
  files: readonly Pick<FileChange, 'path' | 'oldPath'>[],
  patterns: readonly string[],
): readonly string[] {
  const compiled = patterns.map(compilePattern);
  const touched = files.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath]));
  const found = touched.filter(
    (path) => !isDocumentPath(path) && compiled.some((pattern) => pattern.test(foldedPath(path))),
  );
  return [...new Set(found)];
}
