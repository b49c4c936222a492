import { parseSync } from 'oxc-parser';
import { isNode } from '../../domain/syntax-tree.ts';
import type { Parsed } from '../../proof/parsed.ts';

/**
 * Throws an Error for text that does not parse. `preserveParens`: parentheses are nodes.
 * DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only.
 */
export function parseSource(path: string, text: string, { preserveParens = false } = {}): Parsed {
  const sourceType = /\.[cm]?tsx?$|\.mjs$/.test(path) ? 'module' : 'unambiguous';
  const { program, comments, errors } = parseSync(path, text, {
    // JSX is written in files of any of these names.
    ...(/\.[cm]?js$/.test(path) ? { lang: 'jsx' as const } : {}),
    preserveParens,
    sourceType: path.endsWith('.cjs') ? 'commonjs' : sourceType,
  });
  const error = errors[0];
  if (error !== undefined) throw new Error(error.message);
  const node: unknown = program;
  if (!isNode(node)) throw new Error('the parser answered no program');
  return { program: node, comments, text };
}
