import { parseSync } from 'oxc-parser';
import type { Capability, CapabilityKind } from '../../domain/capabilities.ts';
import { printable } from '../../domain/printable.ts';
import { rules } from './capability-rules.ts';
import { isNode, type Node, walk } from './tree.ts';

const maxFound = 5_000;

/**
 * What a program can do, by its syntax alone; undefined: it does not parse, or has more than is listed.
 * DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only.
 */
export function capabilitiesOf(path: string, text: string): readonly Capability[] | undefined {
  const program = parse(path, text);
  if (program === undefined) return undefined;
  const lineOf = lines(text);
  const found: Capability[] = [];
  for (const place of walk(program)) {
    for (const rule of rules) {
      for (const [kind, what] of rule(place)) found.push(capability(kind, what, place.node.start));
    }
    if (found.length > maxFound) return undefined;
  }
  return found;

  function capability(kind: CapabilityKind, what: string, start: number): Capability {
    const quote = text.slice(start, start + 90).trim();
    return {
      kind,
      what: printable(what).slice(0, 120),
      line: lineOf(start),
      quote: printable(quote).slice(0, 80),
    };
  }
}

/** As Node would take it: a script that may return and have `with`, or a module. */
function parse(path: string, text: string): Node | undefined {
  const typed = /\.[cm]?tsx?$/.test(path);
  const name = typed || /\.jsx$/.test(path) ? path : 'source.js';
  for (const sourceType of ['module', 'commonjs', 'script'] as const) {
    const { program, errors } = parseSync(name, text, { preserveParens: false, sourceType });
    if (errors.length === 0) return isNode(program) ? program : undefined;
  }
  return undefined;
}

function lines(text: string): (at: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (at) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
