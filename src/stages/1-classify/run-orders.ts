import type { Sha } from '../../domain/change.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { importsIn } from './orders.ts';
import { foldedPath, isDocumentPath, isProtectedPath } from './paths.ts';

const most = 1_000;

/**
 * The documents that agents of this tree read as standing orders, since AGENTS.md and its like import them, and what these import:
 * folded path -> the document that does. undefined: there are too many to look through.
 */
export async function documentsInOrders(
  git: Pick<GitReader, 'readFile'>,
  base: Sha,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const documents = paths.filter(isDocumentPath);
  const byFolded = new Map(documents.map((path) => [foldedPath(path), path]));
  const pending = documents.filter((path) => isProtectedPath(path));
  const found = new Map<string, string>();
  for (let count = 0; pending.length > 0; count += 1) {
    if (count === most) return undefined;
    const path = pending.pop() ?? '';
    const text = (await git.readFile(base, path))?.toString('utf8') ?? '';
    for (const name of importsIn(path, text)) {
      const document = byFolded.get(name);
      if (document === undefined || found.has(name)) continue;
      found.set(name, path);
      pending.push(document);
    }
  }
  return found;
}
