/** Where a symbolic link of a tree leads, told by following it as a kernel would. */
export type LinkTarget = 'inside' | 'outside' | 'loop';

const maxHops = 40;

/**
 * Follows the link at `path` within a tree whose symbolic links are `links` (path -> target, `/` separated).
 * A purely lexical check would be fooled: with `a/up -> ..`, the target `a/up/../..` looks harmless and leaves the tree.
 */
export function linkTarget(path: string, links: ReadonlyMap<string, string>): LinkTarget {
  const at: string[] = [];
  let pending = path.split('/');
  let hops = 0;
  while (pending.length > 0) {
    const [name, ...rest] = pending;
    pending = rest;
    if (name === undefined || name === '' || name === '.') continue;
    if (name === '..') {
      if (at.pop() === undefined) return 'outside';
      continue;
    }
    const target = links.get([...at, name].join('/'));
    if (target === undefined) {
      at.push(name);
      continue;
    }
    hops += 1;
    if (hops > maxHops) return 'loop';
    if (target.startsWith('/')) return 'outside';
    pending = [...target.split('/'), ...pending];
  }
  return 'inside';
}
