import type { FlagDoubt } from '../domain/flag-off.ts';
import { pragma } from '../domain/pragma.ts';
import { child, children, identifier, type Node } from '../domain/syntax-tree.ts';
import { declaredBy, exportedDeclaration } from './names.ts';
import type { Pair } from './side.ts';

/* What trees without comments, file by file, do not show of a removal. */

/** Files that go, and comments that tools obey: read by lines, since a comment's end may be hidden in a text. */
export function besideTrees(pairs: readonly Pair[]): readonly FlagDoubt[] {
  return pairs.flatMap(({ path, base, head }): readonly FlagDoubt[] => {
    if (head.text === '' && base.text !== '')
      return [{ path, line: 1, why: 'it is removed, and who else loads it is not known' }];
    const old = obeyed(base.text);
    let at = 0;
    for (const { text, line } of obeyed(head.text)) {
      const found = old.findIndex((each, index) => index >= at && each.text === text);
      if (found === -1) return [{ path, line, why: 'a comment that tools obey is new, or has moved' }];
      at = found + 1;
    }
    return [];
  });
}

/** Names that a file exports: others may use them, so that they do not go with a flag. */
export function exportedNames(program: Node): ReadonlySet<string> {
  const names = children(program, 'body').flatMap((statement) => {
    if (!statement.type.startsWith('Export')) return [];
    const specifiers = children(statement, 'specifiers').flatMap(
      (one) => identifier(child(one, 'exported')) ?? [],
    );
    return [...declaredBy(exportedDeclaration(statement)), ...specifiers];
  });
  return new Set(names);
}

function obeyed(text: string): readonly { readonly text: string; readonly line: number }[] {
  return text
    .split('\n')
    .flatMap((line, at) => (pragma.test(line) ? [{ text: line.trim(), line: at + 1 }] : []));
}
