import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import { broken, type End, stillWrong } from './rules.ts';
import { type ReproduceDeps, type Shown, withFiles } from './run-reproduce.ts';

type Attempted = { readonly shown: Shown; readonly files: ReadonlyMap<string, string | null> };

/** Alone and apart from all others: the reproducing tests first, since most candidates end there. */
export async function tryFix(
  deps: ReproduceDeps,
  { crash }: { readonly crash: Crash },
  { shown, files }: Attempted,
): Promise<End> {
  const tree = await withFiles(deps.git, { crash }, { base: shown.base, files });
  const { wrong, isCrash, run } = await lookAt(deps, shown, tree);
  if (wrong !== undefined)
    return isCrash && isNewCrash(run, crash, wrong) ? { ...wrong, end: 'new-crash' } : wrong;
  // What is green once may be a flake.
  const again = stillWrong(await deps.tests.measure(shown.alone, tree), shown.names);
  return again === undefined ? { end: 'fixed', detail: '' } : { ...again, detail: `Once: ${again.detail}` };
}

export type Looked = {
  /** undefined: the crash is gone, and no other test broke. */
  readonly wrong: End | undefined;
  /** Whether the reproducing tests say so. */
  readonly isCrash: boolean;
  /** The run that says so. */
  readonly run: TestRun;
};

export async function lookAt({ tests }: ReproduceDeps, shown: Shown, tree: Sha): Promise<Looked> {
  const alone = await tests.measure(shown.alone, tree);
  const wrong = stillWrong(alone, shown.names);
  if (wrong !== undefined) return { wrong, isCrash: true, run: alone };
  const whole = shown.alone === shown.all ? alone : await tests.measure(shown.all, tree);
  return { wrong: broken(shown.whole, whole), isCrash: false, run: whole };
}

function isNewCrash(run: TestRun, { errorType, message }: Crash, { end }: End): boolean {
  if (end !== 'still-red' || run.kind !== 'ran') return false;
  return /\b\w*Error\b/.test(run.tail) && !run.tail.includes(errorType) && !run.tail.includes(message);
}
