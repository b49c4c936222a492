import { posix } from 'node:path';
import { foldedPath } from '../../domain/path-kinds.ts';

/** `@docs/style.md` in what an agent takes for standing orders: the file counts as if it stood there. */
const imported = /(?:^|[\s(["'])@(?:\.\/)?([^\s)\]"'`,;:]{1,300})/gm;
const mostImports = 100;

/** The documents that a text at that place has agents read as orders, as they are compared: from its folder, or from the top. */
export function importsIn(path: string, text: string): readonly string[] {
  const found: string[] = [];
  for (const [, name = ''] of text.matchAll(imported)) {
    if (found.length >= 2 * mostImports) break;
    // At the end of a sentence.
    const plain = name.replace(/\.$/, '');
    found.push(plain, posix.join(posix.dirname(path), plain));
  }
  return found.map((one) => foldedPath(posix.normalize(one)));
}
