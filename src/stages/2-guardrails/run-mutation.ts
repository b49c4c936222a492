import type { ChangeClass, FileChange } from '../../domain/change.ts';
import type { MutationTarget } from '../../domain/mutation.ts';
import type { Classification } from '../../domain/stage.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { changedLines } from './mutation/changed-lines.ts';
import { mutableFiles, planOf } from './mutation/plan.ts';
import { gatherBoundary } from './run-boundary.ts';
import { gatherer } from './run-ports.ts';

const mostBytes = 512 * 1024;

export const gatherMutation = gatherer<'mutation'>()({
  // Where the tests cannot be run or do not pass, no fault makes a difference.
  needs: ['tests', 'flags'],
  cost: 'heavy',
  async gather(to) {
    const { deps, settings, change, found } = to;
    const { classification } = change;
    const { test } = settings.commands;
    if (settings.mutation.mutants === 0) return { kind: 'switched-off' };
    if (test === null) return { kind: 'no-tests' };
    const { observed, base: ran } = found.tests.configured ? found.tests : {};
    if (observed !== undefined && ran !== undefined)
      return gatherBoundary(to, { ...settings.commands, test }, { base: ran, observed });
    const { class: changeClass, base, tree: head } = classification;
    const files = mutableFiles(changeClass, classification.files);
    if (files.length === 0) return { kind: 'no-source' };
    const { targets, tooLarge } = await readTargets(deps.git, classification, files);
    const instrumentation = await deps.mutator.instrument(targets);
    const unreadable = [...tooLarge, ...instrumentation.unreadable];
    const plan = planOf({ ...instrumentation, unreadable }, settings.mutation, {
      seed: head,
      flags: changeClass === 'flag-addition' ? (found.flags.answer?.added ?? []) : [],
    });
    if (plan.chosen.length === 0) return { kind: 'planned', plan, run: undefined };
    const judgedBy = bringsTests.has(changeClass) ? 'own' : 'base';
    const chosen = plan.chosen.map(({ id }) => id);
    const trial = { instrumentation, chosen, seconds: settings.mutation.seconds };
    const run = await deps.mutator.run({ ...settings.commands, test }, { base, head, judgedBy }, trial);
    return { kind: 'planned', plan, run };
  },
});

/**
 * Tests of the base know no new code: where a person looks anyway, where the base's tests have passed with it off, and where those of the
 * change are new and known to fail without it.
 */
const bringsTests: ReadonlySet<ChangeClass> = new Set(['other', 'flag-addition', 'crash-fix']);

async function readTargets(
  git: Pick<GitReader, 'readFile'>,
  { base, tree }: Pick<Classification, 'base' | 'tree'>,
  files: readonly FileChange[],
): Promise<{ targets: readonly MutationTarget[]; tooLarge: readonly string[] }> {
  const targets: MutationTarget[] = [];
  const tooLarge: string[] = [];
  for (const { path, oldPath, status } of files) {
    const before = status === 'added' ? undefined : await git.readFile(base, oldPath ?? path);
    const after = await git.readFile(tree, path);
    if (after === undefined || Math.max(after.length, before?.length ?? 0) > mostBytes) tooLarge.push(path);
    else {
      const text = after.toString('utf8');
      const lines = changedLines(before?.toString('utf8') ?? '', text);
      if (lines.length > 0) targets.push({ path, text, lines });
    }
  }
  return { targets, tooLarge };
}
