import { child, children, identifier, type Node, walk } from './tree.ts';

/** What is known of a file before it is brought into normal form. */
export type LintFacts = {
  /** Its top is nobody else's scope: a module or CommonJS, without TypeScript's namespaces. */
  readonly isClosed: boolean;
  /** It is a module by its own syntax, and so strict whatever compiles it. */
  readonly isModule: boolean;
  readonly isTyped: boolean;
  readonly hasJsx: boolean;
  /** How often each name stands in the file, for whatever purpose. */
  readonly names: ReadonlyMap<string, number>;
  /** Names that are assigned to after their declaration, in any scope. */
  readonly assigned: ReadonlySet<string>;
};

/** undefined: the file has `eval` or `with`, so that no name says what it means. */
export function lintFacts(program: Node, path: string, hasModuleSyntax: boolean): LintFacts | undefined {
  const names = new Map<string, number>();
  const assigned = new Set<string>();
  let hasJsx = false;
  let isShared = false;
  for (const { node } of walk(program)) {
    if (node.type === 'WithStatement') return undefined;
    hasJsx ||= node.type.startsWith('JSX');
    if (/^(JSX)?Identifier$/.test(node.type) && typeof node.name === 'string')
      names.set(node.name, (names.get(node.name) ?? 0) + 1);
    for (const name of targets(node)) assigned.add(name);
    isShared ||= node.type === 'TSModuleDeclaration' || asksForCommon(node);
  }
  if (names.has('eval') || names.has('Function')) return undefined;
  const isCommon = names.has('exports') && (names.has('module') || names.has('require'));
  return {
    isClosed: !isShared && (hasModuleSyntax || isCommon || path.endsWith('.cjs')),
    isModule: hasModuleSyntax,
    isTyped: /\.[cm]?tsx?$/.test(path),
    hasJsx,
    names,
    assigned,
  };
}

/** `typeof module`: who asks may run without. */
function asksForCommon(node: Node): boolean {
  if (node.type !== 'UnaryExpression' || node.operator !== 'typeof') return false;
  return /^(module|exports|require)$/.test(identifier(child(node, 'argument')) ?? '');
}

function targets(node: Node): readonly string[] {
  if (node.type === 'AssignmentExpression') return written(child(node, 'left'));
  if (node.type === 'UpdateExpression') return written(child(node, 'argument'));
  if (!/^For(In|Of)Statement$/.test(node.type)) return [];
  const left = child(node, 'left');
  return left?.type === 'VariableDeclaration' ? [] : written(left);
}

/** The names that a target writes; one of an unknown kind may write each name in it. */
function written(target: Node | undefined): readonly string[] {
  if (target === undefined || target.type === 'MemberExpression') return [];
  const name = identifier(target);
  return name === undefined ? namesIn(target) : [name];
}

export function namesIn(root: Node): readonly string[] {
  return [...walk(root)].flatMap(({ node }) => identifier(node) ?? []);
}

/** Statements that follow one another: the only places where one may be added or left out. */
export function statementsOf(node: Node): readonly Node[] | undefined {
  if (/^(Program|BlockStatement|StaticBlock|FunctionBody)$/.test(node.type)) return children(node, 'body');
  return node.type === 'SwitchCase' ? children(node, 'consequent') : undefined;
}

export function isIdentifierName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z_$][\w$]*$/.test(value);
}
