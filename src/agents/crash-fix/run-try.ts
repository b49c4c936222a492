import type { Crash } from '../../domain/crash.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import { broken, type End, stillWrong } from './rules.ts';
import { type ReproduceDeps, type Shown, withFiles } from './run-reproduce.ts';

type Attempted = { readonly shown: Shown; readonly files: ReadonlyMap<string, string | null> };

/** Alone and apart from all others: the reproducing tests first, since most candidates end there. */
export async function tryFix(
  { git, tests }: ReproduceDeps,
  { crash }: { readonly crash: Crash },
  { shown, files }: Attempted,
): Promise<End> {
  const tree = await withFiles(git, { crash }, { base: shown.base, files });
  const alone = await tests.measure(shown.alone, tree);
  const wrong = stillWrong(alone, shown.names);
  if (wrong !== undefined) return isNewCrash(alone, crash, wrong) ? { ...wrong, end: 'new-crash' } : wrong;
  const isWhole = shown.alone === shown.all;
  const harm = broken(shown.whole, isWhole ? alone : await tests.measure(shown.all, tree));
  if (harm !== undefined) return harm;
  // What is green once may be a flake.
  const again = stillWrong(await tests.measure(shown.alone, tree), shown.names);
  return again === undefined ? { end: 'fixed', detail: '' } : { ...again, detail: `Once: ${again.detail}` };
}

function isNewCrash(run: TestRun, { errorType, message }: Crash, { end }: End): boolean {
  if (end !== 'still-red' || run.kind !== 'ran') return false;
  return /\b\w*Error\b/.test(run.tail) && !run.tail.includes(errorType) && !run.tail.includes(message);
}
