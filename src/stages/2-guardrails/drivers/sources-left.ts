import { createHash } from 'node:crypto';
import type { LineRange, Mutant, MutationRun, MutationTarget } from '../../../domain/mutation.ts';
import { changedLines } from '../mutation/changed-lines.ts';

/** A file of the project before and after a change. */
export type ChangedSource = { readonly path: string; readonly before: string; readonly after: string };

/** Each is a run of the project's own tests. */
const mostFaults = 20;
const mostCharacters = 32 * 1024;

/** The lines of the old files that change; all of a file where lines are only added, which tells nothing of what they change. */
export function targetsIn(sources: readonly ChangedSource[]): readonly MutationTarget[] {
  return sources.map(({ path, before, after }) => {
    const lines = changedLines(after, before);
    return { path, text: before, lines: lines.length > 0 ? lines : allOf(before) };
  });
}

const allOf = (text: string): readonly LineRange[] => [{ from: 1, to: text.split('\n').length }];

/** `seed`: the same for the same base, so that asking again gives no other sample. */
export function chooseFaults(mutants: readonly Mutant[], seed: string): readonly Mutant[] {
  const rank = ({ id }: Mutant) => createHash('sha256').update(`${seed}\0${id}`).digest('hex');
  const ranked = mutants
    .filter(({ silenced }) => !silenced)
    .map((mutant) => ({ mutant, rank: rank(mutant) }));
  return ranked
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, mostFaults)
    .map(({ mutant }) => mutant);
}

/** Those that the project's own tests do not notice, or never run. */
export function leftInSources(
  chosen: readonly Mutant[],
  run: MutationRun,
): readonly Mutant[] | 'unmeasured' | 'nothing-left' {
  if (run.kind !== 'ran' || !run.steady || run.states.size === 0) return 'unmeasured';
  const left = chosen.filter(({ id }) => ['survived', 'unreached'].includes(run.states.get(id) ?? ''));
  return left.length === 0 ? 'nothing-left' : left;
}

export type ShownSource = {
  readonly path: string;
  /** The old text, cut. */
  readonly text: string;
  readonly faults: readonly {
    readonly line: number;
    readonly original: string;
    readonly replacement: string;
  }[];
};

export function shownSources(
  sources: readonly ChangedSource[],
  left: readonly Mutant[],
): readonly ShownSource[] {
  const most = Math.floor(mostCharacters / Math.max(1, sources.length));
  return sources.map(({ path, before }) => {
    const own = left.filter((mutant) => mutant.path === path);
    const faults = own.map(({ line, original, replacement }) => ({ line, original, replacement }));
    return { path, text: before.slice(0, most), faults };
  });
}
