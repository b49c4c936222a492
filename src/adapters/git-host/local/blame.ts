import type { Sha } from '../../../domain/change.ts';
import type { LineHistory } from '../../../ports/git-host.ts';
import type { GitView } from './git-view.ts';
import { assertSha, isSha } from './names.ts';

type Blamed = Awaited<ReturnType<LineHistory['blame']>>;
type File = { readonly head: Sha; readonly path: string; readonly content: Buffer | undefined };

/** Copies and moves within the file are not followed: that takes minutes on a large one. */
export async function blameOf(
  view: GitView,
  { head, path, content }: File,
  { from, to }: Parameters<LineHistory['blame']>[2],
): Promise<Blamed> {
  const count = content === undefined ? 0 : linesIn(content);
  const last = Math.min(to, count);
  if (!Number.isSafeInteger(from) || from < 1 || from > last) return new Map();
  const range = `-L${from},${last}`;
  const args = ['blame', '--porcelain', '--no-progress', range, assertSha(head), '--', path];
  return parsePorcelain((await view.objects(args)).stdout.toString());
}

function linesIn(content: Buffer): number {
  const ends = content.filter((byte) => byte === 0x0a).length;
  return content.length > 0 && content.at(-1) !== 0x0a ? ends + 1 : ends;
}

/** https://git-scm.com/docs/git-blame#_the_porcelain_format: a commit's time stands with its first line alone. */
function parsePorcelain(output: string): Blamed {
  const lines = new Map<number, Sha>();
  const times = new Map<Sha, Date>();
  let commit = '';
  for (const row of output.split('\n')) {
    // The line's own text: anybody may have written it.
    if (row.startsWith('\t')) continue;
    const [first = '', second = '', third = ''] = row.split(' ');
    if (isSha(first)) {
      commit = first;
      lines.set(Number(third), commit);
    } else if (first === 'committer-time') times.set(commit, new Date(Number(second) * 1000));
  }
  return new Map([...lines].map(([line, sha]) => [line, { commit: sha, at: times.get(sha) ?? new Date(0) }]));
}
