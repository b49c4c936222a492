import { marksOf } from './marks.ts';
import type { Token } from './tokens.ts';

/** `if (x === input) return result`, or the same with `?` or `case`. */
export type Branch = { readonly input: string; readonly result: string; readonly line: number };

const isLiteral = (token: Token | undefined): token is Token =>
  token?.kind === 'string' || token?.kind === 'number';
const keyOf = (token: Token): string => `${token.kind} ${token.text}`;
/** Where a recursion or a loop ends: honest code is full of them. */
const trivial = new Set(['number 0', 'number 1', 'string ']);

/** Literals that a program answers to a literal. */
export function branchesOf(tokens: readonly Token[]): readonly Branch[] {
  return tokens.flatMap((token, at) => {
    if (!isLiteral(token) || trivial.has(keyOf(token))) return [];
    const [before, after] = [tokens[at - 1]?.text ?? '', tokens[at + 1]?.text ?? ''];
    const compared = /^={2,3}$/.test(before) || /^={2,3}$/.test(after) || before === 'case';
    const result = compared ? resultAfter(tokens, at + 1) : undefined;
    return result === undefined ? [] : [{ input: keyOf(token), result: keyOf(result), line: token.line }];
  });
}

const reach = 8;

/** The first literal that is returned (or stands after `?`) within the next few words. */
function resultAfter(tokens: readonly Token[], from: number): Token | undefined {
  for (let at = from; at < from + reach; at++) {
    const token = tokens[at];
    if (token?.kind === 'string' || token?.text === ';') return undefined;
    if (token?.text !== 'return' && token?.text !== '?') continue;
    const next =
      tokens[at + 1]?.text === '-' || tokens[at + 1]?.text === '(' ? tokens[at + 2] : tokens[at + 1];
    return isLiteral(next) ? next : undefined;
  }
  return undefined;
}

const linesBefore = 10;
const linesAfter = 5;

/** Whether a test gives the input as an argument and expects the result close by. */
export function isAsked(tokens: readonly Token[], { input, result }: Branch): boolean {
  const asserted = marksOf(tokens).filter(({ kind }) => kind === 'assertion');
  const given = tokens.filter(
    (token, at) => isLiteral(token) && keyOf(token) === input && /^[(,]$/.test(tokens[at - 1]?.text ?? ''),
  );
  const expected = tokens.filter((token) => isLiteral(token) && keyOf(token) === result);
  return asserted.some(({ line }) => {
    const isNear = (token: Token) => token.line >= line - linesBefore && token.line <= line + linesAfter;
    const inputs = given.filter(isNear);
    return expected.some(
      (token) => token.line >= line && isNear(token) && inputs.some((other) => other !== token),
    );
  });
}
