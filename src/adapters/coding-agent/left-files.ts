import { createHash } from 'node:crypto';
import { AutolandError } from '../../domain/errors.ts';
import { listOutputFolder, readOutputFile } from '../sandbox/read-output-file.ts';

/** By path; undefined: a link, or larger than what is handed in. */
export type Contents = ReadonlyMap<string, string | undefined>;

const most = { names: 5_000, files: 20_000, bytes: 4 * 1024 * 1024, changed: 1_000 };
/** git's own, and what installs put there. */
const passed: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Of a tree in which nobody has worked yet. */
export async function contentsOf(tree: string): Promise<Contents> {
  const contents = new Map<string, string | undefined>();
  for await (const path of filesBelow(tree, '')) {
    const bytes = await read(tree, path);
    contents.set(path, bytes && digestOf(bytes));
  }
  return contents;
}

/** What differs from then, as it may be handed in; a string: why nothing may. What was no plain file before stays as it was. */
export async function changedSince(
  tree: string,
  before: Contents,
): Promise<ReadonlyMap<string, Buffer | null> | string> {
  const changed = new Map<string, Buffer | null>();
  const there = new Set<string>();
  let size = 0;
  try {
    for await (const path of filesBelow(tree, '')) {
      there.add(path);
      const known = before.get(path);
      if (known === undefined && before.has(path)) continue;
      const bytes = await read(tree, path);
      if (bytes === undefined)
        return `left ${JSON.stringify(path)}, a link or a file over ${most.bytes} bytes`;
      if (digestOf(bytes) === known) continue;
      size += bytes.length;
      changed.set(path, bytes);
      if (size > most.bytes || changed.size > most.changed)
        return `changed more than ${most.changed} files or ${most.bytes} bytes`;
    }
  } catch (thrown) {
    if (thrown instanceof AutolandError) return `left what cannot be read: ${thrown.message}`;
    throw thrown;
  }
  for (const [path, known] of before) if (known !== undefined && !there.has(path)) changed.set(path, null);
  return changed;
}

/** Follows no link. Throws `sandbox.failed` where there are too many. */
async function* filesBelow(tree: string, folder: string, seen = { count: 0 }): AsyncGenerator<string> {
  for (const { name, isFolder } of (await listOutputFolder(tree, folder, most.names)) ?? []) {
    if (passed.has(name)) continue;
    seen.count += 1;
    if (seen.count > most.files)
      throw new AutolandError('sandbox.failed', `expected at most ${most.files} files, found more`);
    const path = folder === '' ? name : `${folder}/${name}`;
    if (isFolder) yield* filesBelow(tree, path, seen);
    else yield path;
  }
}

async function read(tree: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readOutputFile(tree, path, most.bytes);
  } catch (thrown) {
    if (thrown instanceof AutolandError) return undefined;
    throw thrown;
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
