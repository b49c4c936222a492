import { createHash } from 'node:crypto';
import { AutolandError } from '../../domain/errors.ts';
import type { LeftFile } from '../../ports/coding-agent.ts';
import { listOutputFolder, lookAtOutput, type OutputLook } from '../sandbox/read-output-file.ts';

/** By path, a mark of what is there: whoever changes it, changes the mark. */
export type Contents = ReadonlyMap<string, string>;

const most = { names: 5_000, files: 20_000, bytes: 4 * 1024 * 1024, changed: 1_000 };
/** git's own, and what installs put there. */
const passed: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Of a tree in which the agent has not worked yet. */
export async function contentsOf(tree: string): Promise<Contents> {
  const contents = new Map<string, string>();
  for await (const path of filesBelow(tree, '')) {
    const look = await lookAtOutput(tree, path, most.bytes);
    if (look !== undefined) contents.set(path, markOf(look));
  }
  return contents;
}

/** What differs from then, as it may be handed in; a string: why nothing may. */
export async function changedSince(
  tree: string,
  before: Contents,
): Promise<ReadonlyMap<string, LeftFile | null> | string> {
  const changed = new Map<string, LeftFile | null>();
  const there = new Set<string>();
  let size = 0;
  try {
    for await (const path of filesBelow(tree, '')) {
      const look = await lookAtOutput(tree, path, most.bytes);
      if (look === undefined) continue;
      there.add(path);
      if (markOf(look) === before.get(path)) continue;
      if (look.kind !== 'file') return `left ${JSON.stringify(path)}, ${kinds[look.kind]}`;
      size += look.bytes.length;
      changed.set(path, { bytes: look.bytes, isExecutable: look.isExecutable });
      if (size > most.bytes || changed.size > most.changed) return tooMuch;
    }
  } catch (thrown) {
    if (thrown instanceof AutolandError) return `left what cannot be read: ${thrown.message}`;
    throw thrown;
  }
  for (const path of before.keys()) if (!there.has(path)) changed.set(path, null);
  return changed.size > most.changed ? tooMuch : changed;
}

const tooMuch = `changed more than ${most.changed} files or ${most.bytes} bytes`;

const kinds = {
  link: 'a symbolic link: only plain files are handed in',
  large: `a file over ${most.bytes} bytes`,
  other: 'which is no plain file',
} as const;

/** Of a large file only what can be seen of it: who hides a change of one hands in the file as it was. */
function markOf(look: OutputLook): string {
  switch (look.kind) {
    case 'file':
      return `${look.isExecutable ? 'program' : 'file'} ${digestOf(look.bytes)}`;
    case 'link':
      return `link ${look.target}`;
    case 'large':
    case 'other':
      return `${look.kind} ${look.seen}`;
  }
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

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
