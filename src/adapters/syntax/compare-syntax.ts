import { type Comment, type Program, parseSync } from 'oxc-parser';
import type { SyntaxComparison } from '../../domain/syntax.ts';

/** Comments that change what a tool or an engine does. */
const pragma =
  /(eslint|jslint|jshint|oxlint|biome|tslint|stylelint|prettier|deno-(lint|fmt)|istanbul|[cv]8 ignore|node:coverage|noinspection|codeql|nosem|nosec|sonar)|@(ts-|jsx|flow|no-?flow|cc_on|vite|vitest|jest|pure|__|critical|requires|ensures|type|internal)|#__|#!|sourcemappingurl|sourceurl|^\/\s*<|webpack|turbopack|^\s*(globals?|exported)\b/i;

/**
 * Positions, quotes, parentheses and ordinary comments do not count.
 * DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only.
 */
export function compareSyntax(path: string, base: string, head: string): SyntaxComparison {
  const before = parse(path, base);
  const after = parse(path, head);
  if (typeof before === 'string') return { same: false, why: `the old text does not parse: ${before}` };
  if (typeof after === 'string') return { same: false, why: `the new text does not parse: ${after}` };
  const starts = compareTrees(before.program, after.program);
  if (starts === undefined) return { same: false, why: 'its syntax tree differs' };
  const old = pragmas(before.comments, starts.base);
  const now = pragmas(after.comments, starts.head);
  return old === now ? { same: true } : { same: false, why: 'a comment that tools obey differs or moves' };
}

function parse(path: string, text: string): { program: Program; comments: readonly Comment[] } | string {
  const sourceType = /\.[cm]?tsx?$|\.mjs$/.test(path) ? 'module' : 'unambiguous';
  const result = parseSync(path, text, {
    preserveParens: false,
    sourceType: path.endsWith('.cjs') ? 'commonjs' : sourceType,
  });
  const error = result.errors[0];
  return error === undefined ? { program: result.program, comments: result.comments } : error.message;
}

type Starts = { readonly base: number[]; readonly head: number[] };

/** Where each node begins, in the same order for both; undefined when the trees differ. */
function compareTrees(base: Program, head: Program): Starts | undefined {
  const starts: Starts = { base: [], head: [] };
  const pending: [unknown, unknown][] = [[base, head]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
      if (!Object.is(a, b)) return undefined;
      continue;
    }
    if (Array.isArray(a) !== Array.isArray(b)) return undefined;
    const children = pairChildren(a, b, starts);
    if (children === undefined) return undefined;
    pending.push(...children);
  }
  return starts;
}

function pairChildren(a: object, b: object, starts: Starts): [unknown, unknown][] | undefined {
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  const [from, to] = [left.get('start'), right.get('start')];
  if (typeof from === 'number' && typeof to === 'number') {
    starts.base.push(from);
    starts.head.push(to);
  }
  const skipped = new Set(['start', 'end', 'range', 'loc', 'parent', 'comments']);
  // The value of a regular expression is an object without fields; `regex` holds pattern and flags.
  if (left.get('type') === 'Literal') skipped.add('raw');
  if (left.has('regex') && right.has('regex')) skipped.add('value');
  const keys = new Set([...left.keys(), ...right.keys()].filter((key) => !skipped.has(key)));
  const pairs: [unknown, unknown][] = [];
  for (const key of keys) {
    if (left.has(key) !== right.has(key)) return undefined;
    pairs.push([left.get(key), right.get(key)]);
  }
  return pairs;
}

/** Each pragma with the count of nodes that begin before it: its place in the tree, whatever the layout. */
function pragmas(comments: readonly Comment[], starts: readonly number[]): string {
  const found = comments.filter((comment) => pragma.test(comment.value));
  return JSON.stringify(
    found.map((comment) => [
      comment.type,
      comment.value.replace(/[\s*]+/g, ' ').trim(),
      starts.filter((start) => start < comment.start).length,
    ]),
  );
}
