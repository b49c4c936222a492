/** A syntax tree's node, read without trusting its shape. */
export type Node = { readonly type: string; readonly start: number; readonly [field: string]: unknown };

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function child(node: Node | undefined, field: string): Node | undefined {
  const value = node?.[field];
  return isNode(value) ? value : undefined;
}

export function children(node: Node, field: string): readonly Node[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Each node with the node and the field that it stands in. An own stack: depth is the author's choice. */
export function* walk(root: Node): Generator<{ node: Node; parent: Node | undefined; field: string }> {
  const pending: { node: Node; parent: Node | undefined; field: string }[] = [
    { node: root, parent: undefined, field: '' },
  ];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    yield item;
    const parent = item.node;
    for (const [field, value] of Object.entries(parent)) {
      for (const node of Array.isArray(value) ? value : [value]) {
        if (isNode(node)) pending.push({ node, parent, field });
      }
    }
  }
}

const maxFold = 200;

/** The text that an expression is whatever happens: literals, joined by + or in a template. */
export function constant(node: Node | undefined, depth = 0): string | undefined {
  if (node === undefined || depth > maxFold) return undefined;
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    const left = constant(child(node, 'left'), depth + 1);
    const right = left === undefined ? undefined : constant(child(node, 'right'), depth + 1);
    return right === undefined ? undefined : `${left}${right}`;
  }
  if (node.type !== 'TemplateLiteral' || children(node, 'expressions').length > 0) return undefined;
  return children(node, 'quasis').map(quasi).join('');
}

export function quasi(node: Node): string {
  const { value } = node;
  if (typeof value !== 'object' || value === null || !('cooked' in value)) return '';
  return typeof value.cooked === 'string' ? value.cooked : '';
}

export function identifier(node: Node | undefined): string | undefined {
  return node?.type === 'Identifier' && typeof node.name === 'string' ? node.name : undefined;
}

/** The name after the dot or the constant in the brackets; undefined: no member access, or a computed one. */
export function property(node: Node | undefined): string | undefined {
  if (node?.type !== 'MemberExpression') return undefined;
  const key = child(node, 'property');
  return node.computed === true ? constant(key) : identifier(key);
}
