import { posix } from 'node:path';
import { foldedPath } from '../../domain/path-kinds.ts';

/** `@docs/style.md` in what an agent takes for standing orders: the file counts as if it stood there. */
const imported = /(?:^|[\s(["'])@(?:\.\/)?([^\s)\]"'`,;:]{1,300})/gm;

/** The documents that a text at that place has agents read as orders, as they are compared: from its folder, or from the top. */
export function* importsIn(path: string, text: string): Generator<string> {
  for (const [, name = ''] of text.matchAll(imported)) {
    // At the end of a sentence.
    const plain = name.replace(/\.$/, '');
    yield foldedPath(posix.normalize(plain));
    yield foldedPath(posix.join(posix.dirname(path), plain));
  }
}
