import type { Dirent } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError } from '../../domain/errors.ts';
import { linkTarget } from '../../domain/tree-links.ts';

export type Found =
  | { readonly kind: 'directory' | 'file'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const maxItems = 500_000;

/**
 * What is in `dir`, parents before children, without following any link.
 * Rejects with `release.unsafe-tree` for a device, socket or pipe, a name that is not UTF-8, or a link that leaves the tree.
 */
export async function walkTree(dir: string): Promise<Found[]> {
  const found: Found[] = [];
  const pending = [''];
  for (let under = pending.pop(); under !== undefined; under = pending.pop()) {
    for (const entry of await readdir(join(dir, under), { withFileTypes: true, encoding: 'buffer' })) {
      const path = under === '' ? decodeName(entry.name) : `${under}/${decodeName(entry.name)}`;
      const item = await toFound(dir, path, entry);
      found.push(item);
      if (item.kind === 'directory') pending.push(path);
    }
    if (found.length > maxItems) throw unsafe(`it has more than ${maxItems} files`);
  }
  assertLinksStay(found);
  return found;
}

async function toFound(dir: string, path: string, entry: Dirent<Buffer>): Promise<Found> {
  if (entry.isDirectory()) return { kind: 'directory', path };
  if (entry.isFile()) return { kind: 'file', path };
  if (!entry.isSymbolicLink()) throw unsafe(`${JSON.stringify(path)} is a device, socket or pipe`);
  return { kind: 'link', path, target: decodeName(await readlink(join(dir, path), { encoding: 'buffer' })) };
}

function assertLinksStay(found: readonly Found[]): void {
  const links = new Map(found.flatMap((item) => (item.kind === 'link' ? [[item.path, item.target]] : [])));
  for (const [path, target] of links) {
    const leads = linkTarget(path, links);
    if (leads !== 'inside') {
      throw unsafe(`the symbolic link ${JSON.stringify(path)} -> ${JSON.stringify(target)} leads ${leads}`);
    }
  }
}

function decodeName(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unsafe(`the name ${JSON.stringify(bytes.toString('latin1'))} (shown as Latin-1) is not UTF-8`);
  }
}

export function unsafe(why: string): AutolandError {
  return new AutolandError(
    'release.unsafe-tree',
    `expected plain files, directories and links that stay inside; ${why}`,
    {
      mend: 'remove it in the build',
    },
  );
}
