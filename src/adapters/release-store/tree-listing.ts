import { createHash } from 'node:crypto';

/** One thing in a release's tree. Paths are relative, `/` separated. */
export type TreeItem =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly executable: boolean /** Hex. */;
      readonly sha256: string;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const header = 'autoland release tree v1';

/**
 * The canonical listing: a header, then one JSON array for each item, in the order of the paths' UTF-8 bytes, each line ended by LF.
 * Times, owners and other mode bits are left out: they differ between machines and change nothing that runs.
 */
export function treeListing(items: readonly TreeItem[]): string {
  const keyed = items.map((item) => ({ item, key: Buffer.from(item.path) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return `${[header, ...keyed.map(({ item }) => line(item))].join('\n')}\n`;
}

/** `sha256:` and hex, over the canonical listing. */
export function treeDigest(items: readonly TreeItem[]): string {
  return `sha256:${createHash('sha256').update(treeListing(items)).digest('hex')}`;
}

function line(item: TreeItem): string {
  switch (item.kind) {
    case 'directory':
      return JSON.stringify(['directory', item.path]);
    case 'file':
      return JSON.stringify(['file', item.path, item.executable ? 'x' : '-', item.sha256]);
    case 'link':
      return JSON.stringify(['link', item.path, item.target]);
  }
}
