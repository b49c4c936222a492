import { child, children, identifier, type Node } from '../domain/syntax-tree.ts';
import { isInert } from './inert.ts';
import { declaredBy, mentions } from './names.ts';
import { type Rewriting, rewrite } from './tree.ts';

export type Pruning = {
  /** Names that the other version does not have at all. */
  readonly isNew: (name: string) => boolean;
  readonly isKnown: (name: string) => boolean;
  readonly isClient: (init: Node) => boolean;
};

const mostRounds = 50;

/** Without the new imports and declarations that nothing uses, as long as declaring them does nothing. */
export function prune(program: Node, pruning: Pruning): Node {
  let pruned = program;
  for (let round = 0; round < mostRounds; round += 1) {
    const counts = mentions(pruned);
    const next = rewrite(pruned, (node) => pruneStatement(node, counts, pruning));
    if (next === pruned) return pruned;
    pruned = next;
  }
  return pruned;
}

function pruneStatement(node: Node, counts: ReadonlyMap<string, number>, pruning: Pruning): Rewriting {
  const unused = (names: readonly string[]) => {
    const own = mentions(node);
    return (
      names.length > 0 && names.every((name) => pruning.isNew(name) && counts.get(name) === own.get(name))
    );
  };
  if (
    node.type === 'ImportDeclaration' ||
    (node.type === 'ExportNamedDeclaration' && node.declaration === null)
  )
    return pruneSpecifiers(node, counts, pruning);
  const declares = /^(Function|Class|Variable)Declaration$/.test(node.type);
  // An exported declaration was pruned inside of its `export`.
  if (node.type === 'ExportNamedDeclaration') return node;
  if (!declares || !unused(declaredBy(node))) return node;
  return isInert(node, pruning.isKnown, pruning.isClient) ? [] : node;
}

function pruneSpecifiers(node: Node, counts: ReadonlyMap<string, number>, { isNew }: Pruning): Rewriting {
  const all = children(node, 'specifiers');
  const left = all.filter((one) => {
    const name = identifier(child(one, node.type === 'ImportDeclaration' ? 'local' : 'exported')) ?? '';
    if (!isNew(name)) return true;
    return node.type === 'ImportDeclaration' && counts.get(name) !== mentions(one).get(name);
  });
  // `import './x'` is for its effects; what has lost all of its names is not.
  if (left.length === 0 && (all.length > 0 || isEmptied(node))) return [];
  return left.length === all.length ? node : { ...node, specifiers: left };
}

/** `export` whose declaration was pruned. */
function isEmptied(node: Node): boolean {
  return node.type === 'ExportNamedDeclaration' && node.source === null;
}
