import type { Proof } from '../domain/proof.ts';
import { children, isNode, type Node } from '../domain/syntax-tree.ts';
import { type Procedure, Unsupported } from './core.ts';
import { Lowering } from './lower.ts';
import { lineOf, type Module, readModule } from './module.ts';
import type { Parsed } from './parsed.ts';
import { prove, type Solve } from './prove.ts';
import type { Condition, Question } from './question.ts';
import type { Tag } from './tags.ts';

/** Throws an Error for text that does not parse. */
export type Parse = (text: string) => Parsed;
export type Versions = { readonly base: Parsed; readonly head: Parsed };
type Side = 'old' | 'new';

/** Proves one function: its contract where it has one, else that it does what its old version did. */
export async function proveFunction(
  name: string,
  { base, head }: Versions,
  tools: { readonly parse: Parse; readonly solve: Solve },
): Promise<Proof> {
  const sides = { old: readModule(base), new: readModule(head) };
  const at: { side: Side } = { side: 'new' };
  try {
    const question = ask(name, sides, tools.parse, at);
    return await prove(question, tools.solve);
  } catch (error) {
    return unsupported(error, at.side, sides[at.side]);
  }
}

function unsupported(error: unknown, side: Side, module: Module): Proof {
  // The stack's end: nested deeper than anything that is worth proving.
  if (error instanceof RangeError)
    return { verdict: 'unsupported', side, why: 'it is nested too deep', line: undefined };
  if (!(error instanceof Unsupported)) throw error;
  const line = error.at === undefined ? undefined : lineOf(module, error.at);
  return { verdict: 'unsupported', side, why: error.message.slice(0, 300), line };
}

type Sides = { readonly old: Module; readonly new: Module };

/** Throws Unsupported; `at` says in which version. */
function ask(name: string, sides: Sides, parse: Parse, at: { side: Side }): Question {
  const tag = sides.new.tags.get(name);
  if (tag === undefined) throw new Unsupported('it is not tagged');
  const now = readSide(name, tag, sides.new, parse);
  const rest = { requires: now.requires, ensures: now.ensures, whole: wholeOf(now.requires) };
  at.side = 'old';
  if (tag.ensures.length > 0 && !sides.old.tags.has(name))
    return { old: undefined, now: now.procedure, ...rest };
  const old = readSide(name, tag, sides.old, parse);
  at.side = 'new';
  if (JSON.stringify([old.requires, old.ensures]) !== JSON.stringify([now.requires, now.ensures]))
    throw new Unsupported('a contract that says something else than before');
  if (signature(old.procedure) !== signature(now.procedure))
    throw new Unsupported('other parameters than before');
  return { old: tag.ensures.length > 0 ? undefined : old.procedure, now: now.procedure, ...rest };
}

type SideRead = {
  readonly procedure: Procedure;
  readonly requires: readonly Condition[];
  readonly ensures: readonly Condition[];
};

function readSide(name: string, tag: Tag, module: Module, parse: Parse): SideRead {
  const lowering = new Lowering(module);
  const procedure = lowering.procedure(name);
  const unknown = procedure.parameters.find(({ domain }) => domain === undefined);
  if (unknown !== undefined)
    throw new Unsupported(`the parameter ${unknown.name}, whose type is outside the subset`);
  const names = procedure.parameters.map((parameter) => parameter.name);
  const lower = (text: string, scope: readonly string[]) =>
    lowering.expression(expressionOf(text, parse), scope);
  return {
    procedure,
    requires: tag.requires.map((text) => lower(text, names)),
    ensures: tag.ensures.map((text) => lower(text, [...names, 'result'])),
  };
}

/** Types and order: callers pass by position. */
function signature({ parameters }: Procedure): string {
  return JSON.stringify(parameters.map(({ domain }) => domain));
}

/** Positions of which some condition says by itself that they are whole numbers. */
function wholeOf(requires: readonly Condition[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { expression, ids } of requires) {
    const pending = [expression];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.op === 'both') pending.push(next.left, next.right);
      if (next.op !== 'unary' || next.of.op !== 'read') continue;
      if (next.kind === 'isInteger' || next.kind === 'isSafeInteger') found.add(ids.indexOf(next.of.id));
    }
  }
  return found;
}

/** Throws Unsupported unless the text is one expression. */
function expressionOf(text: string, parse: Parse): Node {
  let parsed: Parsed;
  try {
    parsed = parse(`(${text}\n)`);
  } catch {
    throw new Unsupported(`a contract that does not parse: ${text.slice(0, 100)}`);
  }
  const [statement, ...more] = children(parsed.program, 'body');
  const expression = statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
  if (!isNode(expression) || more.length > 0) throw new Unsupported('a contract that is no expression');
  return expression;
}
