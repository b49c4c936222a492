import { child, children, identifier, type Node } from '../domain/syntax-tree.ts';
import { isInert, type Knowing } from './inert.ts';
import { declaredBy, mentions } from './names.ts';
import { type Rewriting, rewrite } from './tree.ts';

export type Pruning = Knowing & {
  /** Names that the other version does not have at all. */
  readonly isNew: (name: string) => boolean;
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
  if (
    node.type === 'ImportDeclaration' ||
    (node.type === 'ExportNamedDeclaration' && node.declaration === null)
  )
    return pruneSpecifiers(node, counts, pruning);
  if (node.type === 'VariableDeclaration') return pruneDeclarators(node, { counts, pruning });
  if (node.type === 'Program') return pruneRequired(node, { counts, pruning, requires: true });
  // An exported declaration was pruned inside of its `export`.
  if (!/^(Function|Class)Declaration$/.test(node.type)) return node;
  return isUnused(node, declaredBy(node), { counts, pruning }) && isInert(node, pruning) ? [] : node;
}

type Counting = {
  readonly counts: ReadonlyMap<string, number>;
  readonly pruning: Pruning;
  readonly requires?: boolean;
};

/** What a file requires where it is loaded, as its imports. */
function pruneRequired(program: Node, counting: Counting): Node {
  const all = children(program, 'body');
  const body = all.flatMap((one) => {
    const pruned = one.type === 'VariableDeclaration' ? pruneDeclarators(one, counting) : one;
    return 'type' in pruned ? [pruned] : pruned;
  });
  const isSame = body.length === all.length && body.every((one, at) => one === all[at]);
  return isSame ? program : { ...program, body };
}

/** Whether these names are new, and stand nowhere but in this node. */
function isUnused(node: Node, names: readonly string[], { counts, pruning }: Counting): boolean {
  const own = mentions(node);
  return names.length > 0 && names.every((name) => pruning.isNew(name) && counts.get(name) === own.get(name));
}

function pruneDeclarators(node: Node, counting: Counting): Node | readonly Node[] {
  const all = children(node, 'declarations');
  const left = all.flatMap((one): readonly Node[] => {
    const alone = { ...node, declarations: [one] };
    if (!isInert(alone, counting.pruning, counting.requires)) return [one];
    if (isUnused(one, declaredBy(alone), counting)) return [];
    const id = child(one, 'id');
    if (id?.type !== 'ObjectPattern') return [one];
    // Inert and a pattern: each property is a name out of a required module.
    const names = children(id, 'properties');
    const used = names.filter((name) => {
      const local = identifier(child(name, 'value'));
      return local === undefined || !isUnused(name, [local], counting);
    });
    if (used.length === 0) return [];
    return used.length === names.length ? [one] : [{ ...one, id: { ...id, properties: used } }];
  });
  if (left.length === 0) return [];
  return left.length === all.length && left.every((one, at) => one === all[at])
    ? node
    : { ...node, declarations: left };
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
