import { child, children, type Node, walk } from '../../../domain/syntax-tree.ts';
import { declaredBy, hoists, mentions } from '../../../flag-off/names.ts';
import { deadAfter, endsAbruptly, scopedNames } from '../../../flag-off/tidy.ts';
import { indentationAt, removeLines, type Span, withComments } from './lines.ts';
import { type Edit, endOf, flagAt, sliceOf, type Written } from './written.ts';

/** The statements of which one is part, where it is one of several. */
export type Siblings = { readonly owner: Node; readonly all: readonly Node[]; readonly at: number };

export function siblingsOf(written: Written, node: Node): Siblings | undefined {
  const place = written.placeOf(node);
  if (place === undefined) return undefined;
  const { parent: owner, field } = place;
  const all = field === 'body' || field === 'consequent' ? children(owner, field) : [];
  const at = all.indexOf(node);
  return at === -1 ? undefined : { owner, all, at };
}

/** An `if` of which the flag decides: what is alive takes its place. */
export function decidedIf(written: Written, node: Node): readonly Edit[] | undefined {
  const value = node.type === 'IfStatement' ? flagAt(written, child(node, 'test')) : undefined;
  if (value === undefined) return undefined;
  const [alive, other] = value ? ['consequent', 'alternate'] : ['alternate', 'consequent'];
  const gone = child(node, other);
  // What a dead branch hoists is declared all the same.
  if (gone !== undefined && hoists(gone)) return undefined;
  const left = child(node, alive);
  const siblings = siblingsOf(written, node);
  if (siblings === undefined) return [inSolePlace(written, node, left)];
  if (left === undefined || isEmpty(left)) return [withoutStatement(written, node, siblings)];
  const dead = endsAbruptly(left) ? deadBehind(siblings, left) : [];
  const text = isUnwrapped(written, node, { left, siblings, dead })
    ? outdented(written, node, left)
    : sliceOf(written, left);
  const isSameLine = written.text.slice(endOf(node)).match(/^[ \t]*(\r?\n|$)/) === null;
  const needsLine = isSameLine && /\/\/[^\n]*$/.test(text);
  const put = { start: node.start, end: endOf(node), text: needsLine ? `${text}\n` : text };
  return [put, ...removeDead(written, siblings.all, dead)];
}

/** `while (false)`, and a value that stands alone. */
export function idleStatement(written: Written, node: Node): readonly Edit[] | undefined {
  const isLoop = node.type === 'WhileStatement' && flagAt(written, child(node, 'test')) === false;
  const isValue =
    node.type === 'ExpressionStatement' && flagAt(written, child(node, 'expression')) !== undefined;
  if ((!isLoop && !isValue) || hoists(node)) return undefined;
  const siblings = siblingsOf(written, node);
  return [
    siblings === undefined
      ? { start: node.start, end: endOf(node), text: '{}' }
      : withoutStatement(written, node, siblings),
  ];
}

function isEmpty(node: Node): boolean {
  return (
    node.type === 'EmptyStatement' || (node.type === 'BlockStatement' && children(node, 'body').length === 0)
  );
}

/** As the branch of another statement, where there must be one, or as an `else`. */
function inSolePlace(written: Written, node: Node, left: Node | undefined): Edit {
  const place = written.placeOf(node);
  const isElse = place?.field === 'alternate';
  const whole = { start: node.start, end: endOf(node) };
  if (left !== undefined) return { ...whole, text: sliceOf(written, left) };
  const before = isElse ? child(place?.parent, 'consequent') : undefined;
  return before === undefined ? { ...whole, text: '{}' } : { ...whole, start: endOf(before), text: '' };
}

/** Without the statement; and without the `else` that it was all of. */
function withoutStatement(written: Written, node: Node, { owner, all }: Siblings): Edit {
  const place = written.placeOf(owner);
  const before =
    place?.field === 'alternate' && all.length === 1 ? child(place.parent, 'consequent') : undefined;
  const beside = `${written.text.slice(owner.start + 1, node.start)}${written.text.slice(endOf(node), endOf(owner) - 1)}`;
  if (before !== undefined && beside.trim() === '')
    return { start: endOf(before), end: endOf(owner), text: '' };
  return removeLines(written.text, withComments(written.text, { start: node.start, end: endOf(node) }));
}

type Alive = { readonly left: Node; readonly siblings: Siblings; readonly dead: readonly Node[] };

/**
 * Whether the statements of a block can do without it: where its names stand nowhere else in the function. That is
 * stricter than it need be, so that it is the same in whichever order blocks are taken apart.
 */
function isUnwrapped(written: Written, node: Node, { left, siblings, dead }: Alive): boolean {
  if (left.type !== 'BlockStatement') return false;
  const inner = children(left, 'body');
  if (inner.some(({ type }) => type === 'FunctionDeclaration')) return false;
  const names = scopedNames(inner);
  if (names.length === 0) return true;
  if (siblings.owner.type === 'SwitchCase') return false;
  const all = mentions(functionAround(written, node));
  const gone = [node, ...dead].map(mentions);
  return names.every(
    (name) => gone.reduce((left, each) => left - (each.get(name) ?? 0), all.get(name) ?? 0) === 0,
  );
}

function functionAround(written: Written, node: Node): Node {
  let around = node;
  for (let place = written.placeOf(node); place !== undefined; place = written.placeOf(around)) {
    around = place.parent;
    if (/Function/.test(around.type)) return around;
  }
  return around;
}

function outdented({ text }: Written, node: Node, block: Node): string {
  const inside = { start: block.start + 1, end: endOf(block) - 1 };
  const first = inside.start + (/^\s*/.exec(text.slice(inside.start, inside.end))?.[0].length ?? 0);
  const [outer, inner] = [indentationAt(text, node.start), indentationAt(text, first)];
  const extra = inner.startsWith(outer) ? inner.slice(outer.length) : '';
  const fixed = templatesIn(block);
  const lines: string[] = [];
  let at = first;
  for (const line of text.slice(first, inside.end).trimEnd().split('\n')) {
    const isText = fixed.some(({ start, end }) => start < at && at < end);
    const moved = extra !== '' && line.startsWith(`${outer}${extra}`) && at !== first && !isText;
    lines.push(moved ? line.slice(extra.length) : line);
    at += line.length + 1;
  }
  return lines.join('\n');
}

/** Their lines are text that the program answers. */
function templatesIn(root: Node): readonly Span[] {
  return [...walk(root)].flatMap(({ node }) =>
    node.type === 'TemplateLiteral' ? [{ start: node.start, end: endOf(node) }] : [],
  );
}

/** What can no longer be reached behind what is alive of an `if`. */
function deadBehind({ owner, all, at }: Siblings, left: Node): readonly Node[] {
  const after = all.slice(at + 1);
  // The names of a case are those of its whole switch.
  if (owner.type === 'SwitchCase')
    return after.some((one) => hoists(one) || declaredBy(one).length > 0) ? [] : after;
  return deadAfter(
    all.map((one, other) => (other === at ? left : one)),
    at,
  );
}

/** Each with what stands between it and the statement before, and with a comment behind it. */
function removeDead({ text }: Written, all: readonly Node[], dead: readonly Node[]): readonly Edit[] {
  const withComment = (node: Node) =>
    endOf(node) + (/^[ \t]*\/\/[^\n]*/.exec(text.slice(endOf(node)))?.[0].length ?? 0);
  return dead.flatMap((one) => {
    const before = all[all.indexOf(one) - 1];
    return before === undefined ? [] : [{ start: withComment(before), end: withComment(one), text: '' }];
  });
}
