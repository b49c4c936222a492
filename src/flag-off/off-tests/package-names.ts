import { child, children, identifier, type Node } from '../../domain/syntax-tree.ts';
import { requiredBy, requiredNames } from '../requires.ts';

/**
 * Local names of what a statement takes from a package, where they are the package's own: another name may stand for anything,
 * and a file of the project may have wrapped what it gives.
 */
export function importedFrom(statement: Node): readonly string[] {
  if (statement.type === 'ImportDeclaration') {
    if (!isPackage(child(statement, 'source')?.value)) return [];
    return children(statement, 'specifiers').flatMap((one) => {
      const local = identifier(child(one, 'local'));
      const imported = identifier(child(one, 'imported')) ?? local;
      return local !== undefined && imported === local ? [local] : [];
    });
  }
  return children(statement, 'declarations').flatMap((one) => {
    if (!isPackage(requiredBy(child(one, 'init')))) return [];
    const names = [...(requiredNames(one) ?? [])];
    return names.flatMap(([local, name]) => (name === '*' || name === local ? [local] : []));
  });
}

function isPackage(source: unknown): boolean {
  return typeof source === 'string' && !/^[./#~]|^@\//.test(source);
}
