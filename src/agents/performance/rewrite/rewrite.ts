import type { FunctionPlace, RewriteAnswer, RewriteQuestion } from '../../../domain/performance.ts';
import { child, identifier, type Node, property, walk } from '../../../domain/syntax-tree.ts';
import { constantSet } from './constant-set.ts';
import { growingAccumulator } from './growing-accumulator.ts';
import { hoistConstant } from './hoist-constant.ts';
import { hoistPattern } from './hoist-pattern.ts';
import { type Edit, endOf, type Hoist, isFunction, type Rewrite, Source } from './source.ts';

export type ParsedText = {
  readonly program: Node;
  readonly comments: readonly { readonly start: number; readonly end: number }[];
};

const rules = [growingAccumulator, constantSet, hoistPattern, hoistConstant] as const;
const mostRewrites = 20;

/** For each function, the file with what can be made faster in it. `parse` throws for text that does not parse. */
export function rewriteFunctions(
  { path, text, functions }: RewriteQuestion,
  parse: (path: string, text: string) => ParsedText,
): readonly RewriteAnswer[] {
  const { program, comments } = parse(path, text);
  return functions.map((place) => {
    const source = new Source(text, program, comments);
    const found = functionAt(source, place);
    if (found === undefined) return { kind: 'elsewhere' };
    const within = nameAround(source, found);
    const rewrites = rewritesIn(source, callOf(source, found), hoistFor(source, within));
    if (rewrites.length === 0) return { kind: 'nothing' };
    const rewritten = apply(source, rewrites);
    if (rewritten === undefined || !parses(() => parse(path, rewritten))) return { kind: 'nothing' };
    return {
      kind: 'rewritten',
      text: rewritten,
      within: within ?? null,
      rewrites: rewrites.map(({ rule, line, before, assumes }) => ({ rule, line, before, assumes })),
    };
  });
}

/** The innermost function there, if the name stands before it: V8 takes names from where functions are assigned. */
function functionAt(source: Source, { name, line, column }: FunctionPlace): Node | undefined {
  const { text, program } = source;
  const lines = text.split('\n');
  if (line < 0 || line >= lines.length || column < 0 || column > (lines[line]?.length ?? 0)) return undefined;
  const offset = lines.slice(0, line).join('\n').length + (line === 0 ? 0 : 1) + column;
  const around = [...walk(program)]
    .map(({ node }) => node)
    .filter((node) => isFunction(node) && node.start <= offset && offset < endOf(node));
  const found = around.toSorted((a, b) => b.start - a.start)[0];
  const last = name.split(/[\s.]/).at(-1) ?? '';
  const before = found === undefined ? '' : text.slice(statementOf(source, found).start, offset);
  const isNamed = !/^[\w$]+$/.test(last) || before.split(/[^\w$]+/).includes(last);
  return isNamed ? found : undefined;
}

/** What a function stands in, up to where no name of it could be. */
function statementOf(source: Source, found: Node): Node {
  let node = found;
  for (let { parent } = source.placeOf(node); parent !== undefined; { parent } = source.placeOf(node)) {
    if (isFunction(parent) || /^(Program|FunctionBody|ClassBody)$|Block/.test(parent.type)) break;
    node = parent;
  }
  return node;
}

const ring = 'no module that this one imports calls it before it has run';

function hoistFor(source: Source, name: string | undefined): Hoist {
  return { base: name ?? 'hot', assumes: source.isModule ? [ring] : [] };
}

/** A callback is hot for what its caller does with it. */
function callOf(source: Source, found: Node): Node {
  const { parent, field } = source.placeOf(found);
  return parent?.type === 'CallExpression' && field === 'arguments' ? parent : found;
}

function nameAround(source: Source, found: Node): string | undefined {
  for (let node: Node | undefined = found; node !== undefined; node = source.placeOf(node).parent) {
    const name = isFunction(node) ? ownName(source, node) : undefined;
    if (name !== undefined && /^[a-z_$][\w$]*$/i.test(name)) return name;
  }
  return undefined;
}

/** As V8 names it: by itself, or by what it is assigned to. */
function ownName(source: Source, node: Node): string | undefined {
  const own = identifier(child(node, 'id'));
  const { parent } = source.placeOf(node);
  if (own !== undefined || parent === undefined) return own;
  if (parent.type === 'VariableDeclarator') return identifier(child(parent, 'id'));
  if (parent.type === 'AssignmentExpression')
    return identifier(child(parent, 'left')) ?? property(child(parent, 'left'));
  return /^(Property|MethodDefinition|PropertyDefinition)$/.test(parent.type) && parent.computed !== true
    ? identifier(child(parent, 'key'))
    : undefined;
}

/** Those that do not touch each other. */
function rewritesIn(source: Source, found: Node, hoist: Hoist): readonly Rewrite[] {
  const rewrites: Rewrite[] = [];
  for (const { node } of walk(found)) {
    for (const rule of rules) {
      const rewrite = rewrites.length < mostRewrites ? rule(source, node, hoist) : undefined;
      if (rewrite !== undefined && !overlaps(rewrite, rewrites)) rewrites.push(rewrite);
    }
  }
  return rewrites.toSorted((a, b) => a.line - b.line);
}

function overlaps({ edits }: Rewrite, others: readonly Rewrite[]): boolean {
  return others.some((other) =>
    other.edits.some((one) => edits.some((edit) => edit.start < one.end && one.start < edit.end)),
  );
}

function apply(source: Source, rewrites: readonly Rewrite[]): string | undefined {
  const declared = rewrites.flatMap(({ declares }) => declares ?? []);
  const top = source.top();
  if (declared.length > 0 && top === undefined) return undefined;
  const lines = declared.join('\n');
  const isFirst = top === 0 || source.text[(top ?? 0) - 1] === '\n';
  const head: readonly Edit[] =
    declared.length === 0 || top === undefined
      ? []
      : [{ start: top, end: top, text: isFirst ? `${lines}\n` : `\n${lines}` }];
  const edits = [...head, ...rewrites.flatMap((each) => each.edits)];
  let text = source.text;
  for (const { start, end, text: now } of edits.toSorted((a, b) => b.start - a.start || b.end - a.end))
    text = text.slice(0, start) + now + text.slice(end);
  return text;
}

function parses(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
