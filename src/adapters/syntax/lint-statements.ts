import { isIdentifierName, type LintFacts } from './lint-facts.ts';
import { child, children, identifier, type Node } from './tree.ts';

/** Leaves out or splits statements of a list, where no program can tell; undefined: it does not apply. */
export type StatementForm = (node: Node, facts: LintFacts) => readonly Node[] | undefined;

export const statementForms: Readonly<Record<string, StatementForm>> = {
  'empty-statement': (node) => (node.type === 'EmptyStatement' ? [] : undefined),
  /** Declarators are evaluated one after the other in either form. */
  'one-var': (node) => {
    const declared = node.type === 'VariableDeclaration' ? children(node, 'declarations') : [];
    return declared.length < 2 ? undefined : declared.map((each) => ({ ...node, declarations: [each] }));
  },
  /** Modules are strict without being told. */
  'use-strict-in-module': (node, { isModule }) =>
    isModule && typeof node.directive === 'string' && /^['"]?use strict['"]?$/.test(node.directive)
      ? []
      : undefined,
  /** What makes a value without doing anything, under a name that nothing else has, need not be there. */
  'unused-variable': (node, facts) => {
    if (!facts.isClosed) return undefined;
    if (node.type === 'FunctionDeclaration') return isUnread(child(node, 'id'), facts) ? [] : undefined;
    const isDeclared = node.type === 'VariableDeclaration' && /^(const|let|var)$/.test(String(node.kind));
    const [only, ...more] = isDeclared ? children(node, 'declarations') : [];
    if (only === undefined || more.length > 0 || !isUnread(child(only, 'id'), facts)) return undefined;
    return isInert(child(only, 'init')) ? [] : undefined;
  },
  /** The module is loaded all the same. With JSX a name may be used unseen; in TypeScript an import of nothing is not loaded. */
  'unused-import': (node, facts) => {
    if (node.type !== 'ImportDeclaration' || facts.hasJsx) return undefined;
    const listed = children(node, 'specifiers');
    const used = listed.filter((each) => !isUnreadImport(each, facts));
    if (used.length === listed.length || (facts.isTyped && used.length === 0)) return undefined;
    return [{ ...node, specifiers: used }];
  },
};

function isUnread(id: Node | undefined, { names }: LintFacts): boolean {
  const name = identifier(id);
  return name !== undefined && isIdentifierName(name) && names.get(name) === 1;
}

function isUnreadImport(specifier: Node, { names }: LintFacts): boolean {
  const local = identifier(child(specifier, 'local'));
  if (local === undefined) return false;
  const own = identifier(child(specifier, 'imported')) === local ? 2 : 1;
  return names.get(local) === own;
}

/** Making it runs nothing. */
function isInert(value: Node | undefined): boolean {
  return value === undefined || /^(Literal|FunctionExpression|ArrowFunctionExpression)$/.test(value.type);
}

/** Types are gone when the program runs: the order of what only brings types is nobody's. */
export function sortTypeImports(statements: readonly Node[]): readonly Node[] {
  const isOfTypes = (node: Node) => node.type === 'ImportDeclaration' && node.importKind === 'type';
  const moved = statements.filter(isOfTypes).map((node) => [key(node), node] as const);
  const rest = statements.filter((node) => !isOfTypes(node));
  const sorted = moved.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, node]) => node);
  return sorted.length === 0 ? statements : [...sorted, ...rest];
}

function key(node: Node): string {
  const names = children(node, 'specifiers').flatMap((each) => identifier(child(each, 'local')) ?? []);
  const source = child(node, 'source');
  return JSON.stringify([source?.value, names]);
}
