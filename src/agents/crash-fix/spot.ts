import { child, children, type Node, walk } from '../../domain/syntax-tree.ts';

export type Own = { readonly node: Node; readonly parent: Node | undefined; readonly field: string };

/** A statement, with what an edit of it may draw on. */
export type Spot = {
  readonly text: string;
  readonly statement: Node;
  readonly parent: Node | undefined;
  /** The innermost function around it; undefined: the module itself. */
  readonly owner: Node | undefined;
  /** The outermost one; undefined: the module itself. */
  readonly outer: Node | undefined;
  /** Whether a loop of the same function is around it. */
  readonly isInLoop: boolean;
  /** Those of the same list, itself among them; itself alone where it stands in none. */
  readonly siblings: readonly Node[];
  /** Nodes of the statement, none of statements or functions inside of it. */
  readonly own: readonly Own[];
  /** Texts of names and members in the same function, nearest first. */
  readonly ingredients: readonly string[];
  /** What the function answers elsewhere, as text; '' for `return;`. */
  readonly answers: readonly string[];
  /** Texts of the literals in the outermost function, nearest first. */
  readonly literals: readonly string[];
};

const isStatement = (node: Node) =>
  (/Statement$/.test(node.type) || node.type === 'VariableDeclaration') && node.type !== 'BlockStatement';
export const isFunction = (node: Node) =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

export const endOf = (node: Node): number => Number(node.end);
export const sliceOf = (text: string, node: Node): string => text.slice(node.start, endOf(node));

const most = { spots: 3, ingredients: 24, literals: 12, length: 60 };

/** The statements of a line; [] where there are none. With a column only what stands around it, from the innermost out. */
export function spotsAt(
  text: string,
  program: Node,
  line: number,
  column: number | undefined,
): readonly Spot[] {
  const [from, to] = boundsOf(text, line);
  const around = statementsOf(program).filter(({ node }) => node.start <= to && endOf(node) > from);
  const begun = around.filter(({ node }) => node.start >= from);
  const at = column === undefined ? undefined : from + column - 1;
  const holding = begun.filter(({ node }) => at !== undefined && node.start <= at && endOf(node) >= at);
  const chosen = [holding.toReversed(), begun].find((all) => all.length > 0) ?? around.slice(-1);
  return chosen.slice(0, most.spots).map((found) => spotOf(text, program, found));
}

function spotOf(text: string, program: Node, { node, parent, field, around }: Placed): Spot {
  const { owner, outer } = around;
  const listed = children(parent, field);
  return {
    ...{ text, statement: node, parent, ...around },
    siblings: listed.length === 0 ? [node] : listed,
    own: ownNodes(node),
    ingredients: ingredientsOf(text, owner ?? program, node.start),
    answers: owner === undefined ? [] : answersOf(text, owner),
    literals: literalsOf(text, outer ?? program, node.start),
  };
}

function boundsOf(text: string, line: number): readonly [number, number] {
  let from = 0;
  for (let n = 1; n < line; n += 1) {
    const next = text.indexOf('\n', from);
    if (next === -1) return [text.length, text.length];
    from = next + 1;
  }
  const end = text.indexOf('\n', from);
  return [from, end === -1 ? text.length : end];
}

type Around = Pick<Spot, 'owner' | 'outer' | 'isInLoop'>;
type Placed = {
  readonly node: Node;
  readonly parent: Node;
  readonly field: string;
  readonly around: Around;
};

/** All of a program, outer ones before those inside. An own stack: depth is the author's choice. */
function statementsOf(program: Node): readonly Placed[] {
  const found: Placed[] = [];
  const nothing: Around = { owner: undefined, outer: undefined, isInLoop: false };
  const pending: { node: Node; around: Around }[] = [{ node: program, around: nothing }];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const around = within(item.node, item.around);
    const inside: { node: Node; around: Around }[] = [];
    for (const { node, field } of partsOf(item.node)) {
      // The head of a loop is no statement of its own.
      const isHead = item.node.type.startsWith('For') && field !== 'body';
      if (isStatement(node) && !isHead) found.push({ node, parent: item.node, field, around });
      inside.push({ node, around });
    }
    pending.push(...inside.toReversed());
  }
  return found.toSorted(
    (one, other) => one.node.start - other.node.start || endOf(other.node) - endOf(one.node),
  );
}

function within(node: Node, around: Around): Around {
  if (isFunction(node)) return { owner: node, outer: around.outer ?? node, isInLoop: false };
  return /^(For|While|DoWhile)/.test(node.type) ? { ...around, isInLoop: true } : around;
}

function partsOf(parent: Node): readonly Own[] {
  return Object.keys(parent).flatMap((field) => {
    const one = child(parent, field);
    const all = one === undefined ? children(parent, field) : [one];
    return all.map((node) => ({ node, parent, field }));
  });
}

function ownNodes(statement: Node): readonly Own[] {
  const found: Own[] = [];
  const pending: Own[] = [{ node: statement, parent: undefined, field: '' }];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { node } = item;
    found.push(item);
    const inside = partsOf(node).filter(
      (part) => !isStatement(part.node) && part.node.type !== 'BlockStatement' && !isFunction(part.node),
    );
    pending.push(...inside.toReversed());
  }
  return found;
}

function ingredientsOf(text: string, scope: Node, at: number): readonly string[] {
  const nearest = new Map<string, number>();
  for (const { node, parent, field } of walk(scope)) {
    const isName = node.type === 'Identifier' && isValue(parent, field);
    if (!isName && !(node.type === 'MemberExpression' && field !== 'callee')) continue;
    const written = sliceOf(text, node);
    // A call or an operator inside of it would act once more.
    if (written.length > most.length || /[()=+\n]/.test(written)) continue;
    const away = Math.abs(node.start - at);
    nearest.set(written, Math.min(away, nearest.get(written) ?? Number.POSITIVE_INFINITY));
  }
  return [...nearest]
    .sort(([, one], [, other]) => one - other)
    .slice(0, most.ingredients)
    .map(([written]) => written);
}

function literalsOf(text: string, scope: Node, at: number): readonly string[] {
  const nearest = new Map<string, number>();
  for (const { node, field } of walk(scope)) {
    if (node.type !== 'Literal' || 'regex' in node || field === 'source') continue;
    const written = sliceOf(text, node);
    if (written.length > most.length) continue;
    const away = Math.abs(node.start - at);
    nearest.set(written, Math.min(away, nearest.get(written) ?? Number.POSITIVE_INFINITY));
  }
  const sorted = [...nearest].sort(([, one], [, other]) => one - other);
  return sorted.slice(0, most.literals).map(([written]) => written);
}

/** Whether a name stands for its value, not for a property, a label or a declaration. */
export function isValue(parent: Node | undefined, field: string): boolean {
  if (parent === undefined) return false;
  if (parent.type === 'MemberExpression') return field === 'object' || parent.computed === true;
  if (parent.type === 'Property') return field === 'value';
  return !/Function|Class|Label|Import|Export|CatchClause/.test(parent.type) || field === 'params';
}

function answersOf(text: string, owner: Node): readonly string[] {
  const found = new Set<string>();
  const pending: Node[] = [child(owner, 'body') ?? owner];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'ReturnStatement') {
      const answer = child(node, 'argument');
      const written = answer === undefined ? '' : sliceOf(text, answer);
      if (written.length <= most.length && !written.includes('\n')) found.add(written);
    }
    pending.push(...partsOf(node).flatMap((part) => (isFunction(part.node) ? [] : [part.node])));
  }
  return [...found].slice(0, 4);
}
