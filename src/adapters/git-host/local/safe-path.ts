import { AutolandError } from '../../../domain/errors.ts';

/** Code points that HFS+ drops when it compares names. Source: git's utf8.c, next_hfs_char. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;
const maxPathBytes = 4096;

/** Why a path of a tree must not be written to a disk; undefined: it may. */
export function pathDanger(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is absolute';
  if (path.includes('\0')) return 'has a NUL byte';
  if (!path.isWellFormed()) return 'is not UTF-8';
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  if (path.split('/').some((part) => part === '')) return 'has an empty component';
  // A backslash separates directories on Windows: look at those components too.
  for (const part of path.split(/[/\\]/)) {
    if (part === '.' || part === '..') return `has a component ${JSON.stringify(part)}`;
    if (isDotGit(part)) return 'has a component that some file system takes for .git';
  }
  return undefined;
}

/** `.git` as any file system may read it: case, NTFS short name, streams, trailing dots and spaces, HFS+ ignorables. */
function isDotGit(part: string): boolean {
  const [name = ''] = part.replace(ignoredByHfs, '').toLowerCase().split(':');
  const bare = name.replace(/[. ]+$/, '');
  return bare === '.git' || bare === 'git~1';
}

/** Rejects with `git.unsafe-tree`. */
export function assertSafePath(path: string): string {
  const danger = pathDanger(path);
  if (danger === undefined) return path;
  throw new AutolandError('git.unsafe-tree', `the path ${JSON.stringify(path)} ${danger}`, {
    mend: 'rename or remove it in the change',
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Two different byte strings must never become one path, so bytes that are not UTF-8 are refused with `git.unsafe-tree`. */
export function decodePath(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    const shown = JSON.stringify(Buffer.from(bytes).toString('latin1'));
    throw new AutolandError('git.unsafe-tree', `the path ${shown} (shown as Latin-1) is not UTF-8`, {
      mend: 'rename or remove it in the repository',
      cause,
    });
  }
}
