import type { FileKind, Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { GitView } from './git-view.ts';
import { decodePath } from './safe-path.ts';

export type TreeEntry = {
  readonly path: string;
  readonly kind: FileKind;
  readonly oid: string;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
};

/** Splits the output of a `-z` command, keeping bytes. */
export function splitNul(output: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from < output.length; ) {
    const end = output.indexOf(0, from);
    parts.push(output.subarray(from, end < 0 ? output.length : end));
    from = end < 0 ? output.length : end + 1;
  }
  return parts;
}

export function kindOfMode(mode: string): FileKind {
  switch (mode) {
    case '100644':
    case '100664':
      return 'file';
    case '100755':
      return 'executable';
    case '120000':
      return 'symlink';
    case '160000':
      return 'submodule';
    default:
      throw new AutolandError('git.unsafe-tree', `expected a file, link or submodule, found mode ${mode}`);
  }
}

/** All that lies in a commit or tree, below the paths if there are any. */
export async function listTree(
  view: GitView,
  commit: Sha,
  paths: readonly string[] = [],
): Promise<TreeEntry[]> {
  const only = paths.length === 0 ? [] : ['--', ...paths];
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit, ...only];
  return parseTree((await view.objects(args)).stdout);
}

/** `git ls-tree -r -z -l`: `mode SP type SP oid SP+ size TAB path NUL`. */
export function parseTree(output: Buffer): TreeEntry[] {
  return splitNul(output).map((record) => {
    const tab = record.indexOf(9);
    const [mode = '', , oid = '', size = ''] = record.subarray(0, tab).toString('latin1').split(/ +/);
    return {
      path: decodePath(record.subarray(tab + 1)),
      kind: kindOfMode(mode),
      oid,
      size: size === '-' ? 0 : Number(size),
    };
  });
}
