import { createHash } from 'node:crypto';
import { type Comment, parseSync } from 'oxc-parser';
import { pragma } from '../../domain/pragma.ts';
import type { SyntaxComparison } from '../../domain/syntax.ts';
import { lintFacts } from './lint-facts.ts';
import { type NormalForm, normalForm } from './normal-form.ts';
import { isNode } from './tree.ts';

/**
 * Positions, quotes, parentheses and ordinary comments do not count, nor what the forms of normal-form.ts undo.
 * DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only.
 */
export function compareSyntax(path: string, base: string, head: string): SyntaxComparison {
  const before = parse(path, base);
  const after = parse(path, head);
  if (typeof before === 'string') return { same: false, why: `the old text does not parse: ${before}` };
  if (typeof after === 'string') return { same: false, why: `the new text does not parse: ${after}` };
  const plain = judge(before, after);
  if (plain.same || !plain.treeDiffers) return answer(plain);
  const [old, now] = [normalised(before, path), normalised(after, path)];
  if (old === undefined || now === undefined) return { same: false, why: whereIn(head, plain.at) };
  const normal = judge(old, now);
  if (!normal.same)
    return normal.treeDiffers ? { same: false, why: whereIn(head, normal.at) } : answer(normal);
  const names = new Set([...old.applied.keys(), ...now.applied.keys()]);
  const forms = [...names].filter(
    (name) => !name.startsWith('~') && old.applied.get(name) !== now.applied.get(name),
  );
  return { same: true, forms: forms.length > 0 ? forms.toSorted(byText) : ['sort-imports'] };
}

type Parsed = {
  readonly program: unknown;
  readonly comments: readonly Comment[];
  readonly isModule: boolean;
};

function parse(path: string, text: string): Parsed | string {
  const sourceType = /\.[cm]?tsx?$|\.mjs$/.test(path) ? 'module' : 'unambiguous';
  const result = parseSync(path, text, {
    preserveParens: false,
    sourceType: path.endsWith('.cjs') ? 'commonjs' : sourceType,
  });
  const error = result.errors[0];
  if (error !== undefined) return error.message;
  return { program: result.program, comments: result.comments, isModule: result.module.hasModuleSyntax };
}

function normalised(
  { program, comments, isModule }: Parsed,
  path: string,
): (Parsed & Pick<NormalForm, 'applied'>) | undefined {
  const facts = isNode(program) ? lintFacts(program, path, isModule) : undefined;
  if (facts === undefined || !isNode(program)) return undefined;
  try {
    return { comments, isModule, ...normalForm(program, facts) };
  } catch (error) {
    // Nested deeper than this program's own stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Judged =
  | { readonly same: true }
  | { readonly same: false; readonly treeDiffers: true; readonly at: number }
  | { readonly same: false; readonly treeDiffers: false };

function judge(before: Parsed, after: Parsed): Judged {
  const starts = compareTrees(before.program, after.program);
  if ('at' in starts) return { same: false, treeDiffers: true, at: starts.at };
  const old = pragmas(before.comments, starts.base);
  const now = pragmas(after.comments, starts.head);
  return old === now ? { same: true } : { same: false, treeDiffers: false };
}

function answer(judged: Exclude<Judged, { treeDiffers: true }>): SyntaxComparison {
  return judged.same ? { same: true } : { same: false, why: 'a comment that tools obey differs or moves' };
}

function whereIn(head: string, at: number): string {
  return `its syntax tree differs at line ${head.slice(0, at).split('\n').length}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

type Starts = { readonly base: number[]; readonly head: number[] };

/** Where each node begins, in the same order for both; `at`: where the trees begin to differ, in the head. */
function compareTrees(base: unknown, head: unknown): Starts | { readonly at: number } {
  const starts: Starts = { base: [], head: [] };
  const pending: [unknown, unknown][] = [[base, head]];
  let at = 0;
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
      if (!Object.is(a, b)) return { at };
      continue;
    }
    if ('start' in b && typeof b.start === 'number') at = b.start;
    if (Array.isArray(a) !== Array.isArray(b)) return { at };
    const children = pairChildren(a, b, starts);
    if (children === undefined) return { at };
    pending.push(...children.reverse());
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

/** Each pragma with the nodes before it and the one that follows: its place in the tree, whatever the layout. */
function pragmas(comments: readonly Comment[], starts: readonly number[]): string {
  const found = comments.filter((comment) => pragma.test(comment.value));
  return JSON.stringify(
    found.map((comment) => [
      comment.type,
      comment.value.replace(/[\s*]+/g, ' ').trim(),
      placeOf(comment, starts),
    ]),
  );
}

function placeOf({ start: from, end: to }: Comment, starts: readonly number[]): readonly (number | string)[] {
  const before = createHash('sha256');
  let [count, next, nearest] = [0, -1, Number.POSITIVE_INFINITY];
  for (const [node, start] of starts.entries()) {
    if (start < from) {
      before.update(`${node} `);
      count += 1;
    } else if (start >= to && start < nearest) [next, nearest] = [node, start];
  }
  return [count, next, before.digest('hex')];
}
