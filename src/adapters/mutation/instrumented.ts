import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instrumentation } from '../../domain/mutation.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';

/** Where a run notes in the sandbox which mutants it reaches. */
export const reachedNotes = { dir: '/tmp/autoland-reached', file: 'reached' } as const;

/** Before any code of the project has run in the tree: no link leads elsewhere but those that the export allows. */
export async function writeInstrumented(
  tree: string,
  { files }: Pick<Instrumentation, 'files'>,
): Promise<void> {
  for (const { path, text } of files) await writeFile(join(tree, path), text);
}

/** The name of a mutant that is in no file: to those who look, a run without a fault is like the others. */
export function nobodyIn({ files }: Pick<Instrumentation, 'files'>): string {
  return `${files.length}.0`;
}

/** The project's code could write there too: at worst it has mutants tried in vain, or called unreached. */
export async function readReached(dir: string): Promise<ReadonlySet<string>> {
  const bytes = await readOutputFile(dir, reachedNotes.file);
  return new Set(bytes?.toString('utf8').split('\n'));
}
