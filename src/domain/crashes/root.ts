import type { StackFrame } from './exception.ts';

/** A service writes its stacks itself. */
const most = { paths: 10, depth: 12 } as const;

const isPackages = (path: string) => path.split('/').includes('node_modules');

/**
 * Where the project lies in the file system of a service that runs elsewhere, with `/` at its end: below which most of the stack's places are
 * files of the project. Of as many the longest match counts, so that no `index.js` of another directory is taken for the project's. undefined: there is none.
 */
export function rootOf(
  stack: readonly Pick<StackFrame, 'path'>[],
  isFile: (path: string) => boolean,
): string | undefined {
  const paths = stack
    .map(({ path }) => path)
    .filter((path) => !isPackages(path))
    .slice(0, most.paths);
  const roots = new Set(
    paths.flatMap((path) => prefixesOf(path).filter((root) => isFile(path.slice(root.length)))),
  );
  const within = (root: string) =>
    paths.filter((path) => path.startsWith(root) && isFile(path.slice(root.length))).length;
  const ranked = [...roots].map((root) => ({ root, count: within(root) }));
  const [best] = ranked.toSorted(
    (one, other) => other.count - one.count || one.root.length - other.root.length,
  );
  return best?.root;
}

/** `/`, `/srv/`, `/srv/shop/` of `/srv/shop/cart.js`. */
function prefixesOf(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].slice(0, most.depth).map(({ index }) => path.slice(0, index + 1));
}
