import { child, children, identifier, isNode, type Node } from '../../domain/syntax-tree.ts';
import { isInert } from '../inert.ts';
import { declaredBy, mentions } from '../names.ts';
import { requiredBy } from '../requires.ts';
import { shapeOf } from './shape.ts';

/** How often each name stands in a file, before and now. */
export type Mentions = {
  readonly before: ReadonlyMap<string, number>;
  readonly now: ReadonlyMap<string, number>;
};

const types = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration']);

/** An import or a declaration, which does nothing else, of names that something used and nothing does any more. */
export function isNotUsed(statement: Node, known: Mentions): boolean {
  const isImport = statement.type === 'ImportDeclaration';
  const names = isImport ? children(statement, 'specifiers').map(localOf) : declaredBy(statement);
  const knowing = {
    isKnown: (name: string) => name !== 'require' && known.before.has(name),
    isClient: () => false,
  };
  const isQuiet = isImport || types.has(statement.type) || isInert(statement, knowing, true);
  if (!isQuiet || statement.type.startsWith('Export') || names.length === 0) return false;
  const own = mentions(statement);
  return names.every((name) => isGone(name, own, known));
}

/** An import, or a destructured `require`, that lost names of this kind and is otherwise as it was. */
export function hasFewerNames(one: Node, now: Node, known: Mentions): boolean {
  const [before, after] = [namesIn(one), namesIn(now)];
  if (before === undefined || after === undefined || after.length === 0) return false;
  if (shapeOf(one, before) !== shapeOf(now, after)) return false;
  const left = after.map((name) => shapeOf(name));
  const lost = before.filter((name) => {
    if (shapeOf(name) !== left[0]) return true;
    left.shift();
    return false;
  });
  return left.length === 0 && lost.every((name) => isGone(localOf(name), mentions(name), known));
}

/** The list itself, where it can be told from the rest. */
function namesIn(statement: Node): readonly Node[] | undefined {
  const [only, ...more] = children(statement, 'declarations');
  const id = more.length === 0 ? child(only, 'id') : undefined;
  const isRequired = id?.type === 'ObjectPattern' && requiredBy(child(only, 'init')) !== undefined;
  const list =
    statement.type === 'ImportDeclaration' ? statement.specifiers : isRequired ? id.properties : undefined;
  return Array.isArray(list) && list.every(isNode) ? list : undefined;
}

function localOf(name: Node): string {
  return identifier(child(name, 'local') ?? child(name, 'value')) ?? '';
}

function isGone(name: string, own: ReadonlyMap<string, number>, { before, now }: Mentions): boolean {
  return name !== '' && !now.has(name) && (before.get(name) ?? 0) > (own.get(name) ?? 0);
}
