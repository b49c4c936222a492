import { child, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { answerOf } from './stand-ins.ts';
import { endOf, flagAt, type Written } from './written.ts';

export type Leftover = { readonly start: number; readonly why: string };

/** The first place at which a person would go on removing. */
export function leftover(written: Written): Leftover | undefined {
  for (const { node } of walk(written.program)) {
    const why = whyNot(written, node);
    if (why !== undefined) return { start: node.start, why };
  }
  return undefined;
}

const decided = new Map([
  ['IfStatement', 'test'],
  ['ConditionalExpression', 'test'],
  ['SwitchStatement', 'discriminant'],
]);

function whyNot(written: Written, node: Node): string | undefined {
  const test = child(node, decided.get(node.type) ?? '');
  if (test !== undefined && mentionsFlag(written, test)) {
    if (flagAt(written, test) === undefined) return 'what is asked beside the flag may act';
    return node.type === 'SwitchStatement'
      ? 'a switch over the flag is not understood'
      : 'the branch that would go declares what reaches out of it';
  }
  const declared = node.type === 'VariableDeclarator' ? flagAt(written, child(node, 'init')) : undefined;
  if (declared !== undefined) return `${named(node)} stands for the flag, and cannot be followed`;
  const isFunction = /Function/.test(node.type) && answerOf(written, node) !== undefined;
  return isFunction ? `${named(node)} answers the flag to others, and cannot be followed` : undefined;
}

function mentionsFlag({ marks }: Written, root: Node): boolean {
  const names: readonly (string | undefined)[] = [marks.on, marks.off];
  return [...walk(root)].some(
    ({ node }) => /Identifier$/.test(node.type) && names.includes(identifier(node)),
  );
}

function named(node: Node): string {
  return identifier(child(node, 'id')) ?? 'a function';
}

/** Edits that leave the bare values where nothing more follows from them. */
export function valuesLeft({ marks, program }: Written) {
  return [...walk(program)].flatMap(({ node }) => {
    const name = identifier(node);
    if (name !== marks.on && name !== marks.off) return [];
    return [{ start: node.start, end: endOf(node), text: String(name === marks.on) }];
  });
}
