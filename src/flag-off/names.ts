import { child, children, identifier, isNode, type Node, walk } from '../domain/syntax-tree.ts';

/** How often each identifier stands anywhere, keys and properties included: too many rather than too few. */
export function mentions(root: Node): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of walk(root)) {
    const name = identifier(node) ?? (node.type === 'JSXIdentifier' ? String(node.name) : undefined);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const bindingFields = new Map([
  ['VariableDeclarator', 'id'],
  ['FunctionDeclaration', 'id'],
  ['FunctionExpression', 'id'],
  ['ClassDeclaration', 'id'],
  ['ClassExpression', 'id'],
  ['CatchClause', 'param'],
  ['ImportSpecifier', 'local'],
  ['ImportDefaultSpecifier', 'local'],
  ['ImportNamespaceSpecifier', 'local'],
  ['TSEnumDeclaration', 'id'],
  ['TSModuleDeclaration', 'id'],
]);

/** How often each name is bound, in any scope. */
export function bindings(root: Node): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (pattern: unknown) => {
    if (!isNode(pattern)) return;
    for (const { node, parent, field } of walk(pattern)) {
      const name = identifier(node);
      const isKey = parent?.type === 'Property' && field === 'key' && parent.computed !== true;
      if (name !== undefined && !isKey) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  for (const { node } of walk(root)) {
    const field = bindingFields.get(node.type);
    if (field !== undefined) add(node[field]);
    for (const parameter of children(node, 'params')) add(parameter);
  }
  return counts;
}

/** Names that a statement declares in its own block; patterns give all that they mention. */
export function declaredBy(statement: Node): readonly string[] {
  const inner = exportedDeclaration(statement);
  const own = identifier(child(inner, 'id'));
  if (inner.type !== 'VariableDeclaration') return own === undefined ? [] : [own];
  return children(inner, 'declarations').flatMap((one) => {
    const id = child(one, 'id');
    return id === undefined ? [] : [...mentions(id).keys()];
  });
}

export function exportedDeclaration(statement: Node): Node {
  const isExport =
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
  return (isExport ? child(statement, 'declaration') : undefined) ?? statement;
}

/** Whether a statement declares names that reach out of its block. */
export function hoists(root: Node): boolean {
  return [...evaluatedWith(root)].some(
    (node) =>
      node.type === 'FunctionDeclaration' || (node.type === 'VariableDeclaration' && node.kind === 'var'),
  );
}

/** Names that something assigns to, or to a property of. */
export function assignments(root: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node } of walk(root)) {
    const writes = /^(Assignment|Update)Expression$|^For(In|Of)Statement$/.test(node.type);
    const target = writes ? child(node, node.type === 'UpdateExpression' ? 'argument' : 'left') : undefined;
    if (target !== undefined) for (const name of mentions(target).keys()) names.add(name);
  }
  return names;
}

/** The nodes that are evaluated with this one: not those inside of functions. */
export function* evaluatedWith(root: Node): Generator<Node> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if (/Function/.test(node.type)) continue;
    for (const value of Object.values(node))
      pending.push(...(Array.isArray(value) ? value : [value]).filter(isNode));
  }
}
