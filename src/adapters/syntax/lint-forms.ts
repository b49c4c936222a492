import { isIdentifierName, type LintFacts, namesIn } from './lint-facts.ts';
import { child, children, identifier, isNode, type Node, quasi } from './tree.ts';

/** A change of a node that no program can tell from outside; undefined: it does not apply. The reason it is sound stands with each. */
export type LintForm = (node: Node, facts: LintFacts) => Node | undefined;

/** Of one node, whatever stands around it. Those that begin with `~` only make one thing of what two forms lead to. */
export const nodeForms: Readonly<Record<string, LintForm>> = {
  /** A template without substitutions is its cooked text. Tagged ones are left: the tag sees them. */
  'template-to-string': (node) => {
    if (node.type !== 'TemplateLiteral' || children(node, 'expressions').length > 0) return undefined;
    const value = children(node, 'quasis').map(quasi).join('');
    return { type: 'Literal', start: node.start, value };
  },
  /** `'a': 1` names the property that `a: 1` names; `__proto__` is left, because where it stands decides what it does. */
  'quoted-key': (node) => (hasKey(node) ? withKey(node, 'key', literal(child(node, 'key'))) : undefined),
  '~key': (node) => (hasKey(node) ? withKey(node, 'key', identifier(child(node, 'key'))) : undefined),
  /** `a['b']` reads what `a.b` reads. */
  'dot-notation': (node) =>
    node.type === 'MemberExpression' && node.computed === true
      ? withKey({ ...node, computed: false }, 'property', literal(child(node, 'property')))
      : undefined,
  '~member': (node) =>
    node.type === 'MemberExpression' && node.computed !== true
      ? withKey(node, 'property', identifier(child(node, 'property')))
      : undefined,
  /** `{ a: a }` is `{ a }`; `{ __proto__: a }` sets the prototype, and `{ __proto__ }` does not. */
  'object-shorthand': (node) =>
    node.type === 'Property' && node.shorthand === true && nameOfKey(node) !== '__proto__'
      ? { ...node, shorthand: false }
      : undefined,
  /** `() => { return a; }` answers what `() => a` answers. */
  'arrow-body': (node) => {
    if (node.type !== 'ArrowFunctionExpression' || node.expression === true) return undefined;
    const body = child(node, 'body');
    const [only, ...more] = body === undefined ? [] : children(body, 'body');
    const value = only?.type === 'ReturnStatement' ? child(only, 'argument') : undefined;
    return value === undefined || more.length > 0 ? undefined : { ...node, expression: true, body: value };
  },
  /** What a condition is asked for is its truth, which `!!` does not change. */
  'extra-boolean-cast': (node) => {
    if (!/^(If|While|DoWhile|For)Statement$|^ConditionalExpression$/.test(node.type)) return undefined;
    const test = child(node, 'test');
    const inner = isNot(test) ? child(test, 'argument') : undefined;
    return isNot(inner) ? { ...node, test: child(inner, 'argument') } : undefined;
  },
  /** A statement is what a block of it is; a declaration is not, and is not among them. */
  curly: (node) => {
    const fields = node.type === 'IfStatement' ? ['consequent', 'alternate'] : ['body'];
    if (!/^(If|While|DoWhile|For|ForIn|ForOf)Statement$/.test(node.type)) return undefined;
    const bare = fields.filter((field) => isBare(child(node, field)));
    if (bare.length === 0) return undefined;
    const blocks = bare.map((field) => {
      const body = child(node, field)?.type === 'EmptyStatement' ? [] : [node[field]];
      return [field, { type: 'BlockStatement', body }] as const;
    });
    return { ...node, ...Object.fromEntries(blocks) };
  },
  /** The names in braces are bound at once, whatever their order. */
  'sort-names': (node) => {
    const isList = /^(Import|ExportNamed)Declaration$/.test(node.type);
    const listed = isList ? children(node, 'specifiers') : [];
    if (listed.length < 2) return undefined;
    const sorted = listed.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
    return sorted.every((each, at) => each === listed[at]) ? undefined : { ...node, specifiers: sorted };
  },
  /** A caught value that nothing reads need not have a name. */
  'unused-catch-binding': (node, { names }) => {
    const name = node.type === 'CatchClause' ? identifier(child(node, 'param')) : undefined;
    return name !== undefined && names.get(name) === 1 ? { ...node, param: null } : undefined;
  },
  /** A name that is never assigned again is as constant as `const` makes it. */
  'prefer-const': (node, facts) => {
    if (/^For(In|Of)Statement$/.test(node.type)) {
      const left = child(node, 'left');
      const isFree = left !== undefined && isUnassignedLet(left, facts);
      return isFree ? { ...node, left: { ...left, kind: 'const' } } : undefined;
    }
    if (!isUnassignedLet(node, facts)) return undefined;
    const given = children(node, 'declarations').every((each) => isNode(each.init));
    return given ? { ...node, kind: 'const' } : undefined;
  },
};

function isUnassignedLet(node: Node, { assigned, isClosed }: LintFacts): boolean {
  if (node.type !== 'VariableDeclaration' || node.kind !== 'let' || !isClosed) return false;
  const bound = children(node, 'declarations').flatMap((each) => namesIn(child(each, 'id') ?? each));
  return bound.every((name) => !assigned.has(name));
}

function isNot(node: Node | undefined): node is Node {
  return node?.type === 'UnaryExpression' && node.operator === '!';
}

function isBare(node: Node | undefined): boolean {
  return node !== undefined && node.type !== 'BlockStatement' && !/Declaration$/.test(node.type);
}

function literal(node: Node | undefined): string | undefined {
  return node?.type === 'Literal' && isIdentifierName(node.value) ? node.value : undefined;
}

function hasKey(node: Node): boolean {
  return /^(Property|MethodDefinition|PropertyDefinition)$/.test(node.type) && node.computed !== true;
}

/** One node for a name, however it was written. */
function withKey(node: Node, field: string, name: string | undefined): Node | undefined {
  if (name === undefined || (field === 'key' && name === '__proto__')) return undefined;
  return { ...node, [field]: { type: 'Key', start: node.start, name } };
}

function nameOfKey(node: Node): unknown {
  const key = child(node, 'key');
  return key?.type === 'Key' ? key.name : (identifier(key) ?? literal(key));
}

function sortKey(specifier: Node): string {
  const part = (field: string) => {
    const node = child(specifier, field);
    return identifier(node) ?? JSON.stringify(node?.value ?? '');
  };
  // A default and a whole keep their places before the names in braces.
  const rank = specifier.type === 'ImportSpecifier' || specifier.type === 'ExportSpecifier' ? 1 : 0;
  return `${rank} ${part('imported')} ${part('exported')} ${part('local')}`;
}
