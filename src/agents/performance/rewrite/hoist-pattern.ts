import { child, children, constant, identifier, type Node } from '../../../domain/syntax-tree.ts';
import { type Hoist, methodCall, type Rewrite, replace, type Source } from './source.ts';

/** These set `lastIndex` before they look, and leave it as it was, or work on a copy. */
const stateless = new Set(['replace', 'replaceAll', 'match', 'matchAll', 'split', 'search']);
/** With the flag g these go on from where the last call ended: one that is made anew each time does not. */
const stateful = new Set(['test', 'exec']);

/** A regular expression that is made anew for each call, and used for that call only. */
export function hoistPattern(source: Source, node: Node, hoist: Hoist): Rewrite | undefined {
  const flags = flagsOf(source, node);
  if (flags === undefined || /[^dgimsuv]/.test(flags)) return undefined;
  const use = useOf(source, node);
  if (use === undefined || (use.isStateful && flags.includes('g'))) return undefined;
  const name = source.fresh(`${hoist.base}Pattern`);
  const before = source.textOf(node);
  return {
    rule: 'hoist-pattern',
    line: source.lineOf(node),
    before,
    assumes: [...(use.text === undefined ? [] : [`${use.text} is text`]), ...hoist.assumes],
    declares: `const ${name} = ${before};`,
    edits: [replace(node, name)],
  };
}

/** Of a pattern that holds whatever happens; undefined: it is none. */
function flagsOf(source: Source, node: Node): string | undefined {
  const { regex } = node;
  if (node.type === 'Literal' && typeof regex === 'object' && regex !== null && 'flags' in regex)
    return String(regex.flags);
  if (node.type !== 'NewExpression' || identifier(child(node, 'callee')) !== 'RegExp') return undefined;
  const [pattern, flags, ...more] = children(node, 'arguments');
  const [text, given] = [constant(pattern), flags === undefined ? '' : constant(flags)];
  if (!source.isGlobal('RegExp') || more.length > 0 || text === undefined || given === undefined)
    return undefined;
  return compiles(text, given) ? given : undefined;
}

/** One that throws would then throw when the file is loaded. */
function compiles(text: string, flags: string): boolean {
  try {
    return new RegExp(text, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Who gets it; undefined: it may be kept. `text`: what would have to be text, where no syntax says so. */
function useOf(source: Source, node: Node): { isStateful: boolean; text?: string } | undefined {
  const { parent, field } = source.placeOf(node);
  if (parent?.type === 'MemberExpression' && field === 'object') {
    const place = source.placeOf(parent);
    const call = place.field === 'callee' ? methodCall(place.parent) : undefined;
    return call !== undefined && stateful.has(call.method) ? { isStateful: true } : undefined;
  }
  const call = methodCall(parent);
  if (call === undefined || call.args[0] !== node || !stateless.has(call.method)) return undefined;
  const isText = constant(call.receiver) !== undefined || call.receiver.type === 'TemplateLiteral';
  return isText
    ? { isStateful: false }
    : { isStateful: false, text: source.textOf(call.receiver).slice(0, 80) };
}
