import { child, children, identifier, type Node, property } from '../domain/syntax-tree.ts';

/** The module of `require('m')` and `require('m').name`, as it is written. Whether `require` is Node's own is asked elsewhere. */
export function requiredBy(init: Node | undefined): string | undefined {
  const call =
    init?.type === 'MemberExpression' && property(init) !== undefined ? child(init, 'object') : init;
  if (call?.type !== 'CallExpression' || call.optional === true) return undefined;
  if (identifier(child(call, 'callee')) !== 'require') return undefined;
  const [only, ...more] = children(call, 'arguments');
  return more.length === 0 && typeof only?.value === 'string' ? only.value : undefined;
}

/** Local name -> name in the module; `*` is the module itself. undefined: it declares something else than required names. */
export function requiredNames(declarator: Node): ReadonlyMap<string, string> | undefined {
  const [id, init] = [child(declarator, 'id'), child(declarator, 'init')];
  if (requiredBy(init) === undefined) return undefined;
  const local = identifier(id);
  if (local !== undefined) return new Map([[local, property(init) ?? '*']]);
  if (id?.type !== 'ObjectPattern' || init?.type !== 'CallExpression') return undefined;
  const names = new Map<string, string>();
  for (const one of children(id, 'properties')) {
    const [name, to] = [identifier(child(one, 'key')), identifier(child(one, 'value'))];
    if (one.type !== 'Property' || one.computed === true || name === undefined || to === undefined)
      return undefined;
    names.set(to, name);
  }
  return names;
}
