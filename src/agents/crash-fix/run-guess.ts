import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import type { CrashCall } from '../../domain/crash-fix.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { guessedCalls, guessIn, guessPath, guessProgram } from './guess.ts';
import { movedLine } from './lines.ts';
import { type ReproduceDeps, withFiles } from './run-reproduce.ts';

export type GuessDeps = ReproduceDeps & { readonly git: Pick<GitReader, 'readFile'> };

const mostSeconds = 60;

/** A call that ends in this very crash on the tip; undefined: none of those that are tried. */
export async function guessCall(
  deps: GuessDeps,
  crash: Crash,
  { tip, commands }: { readonly tip: Sha; readonly commands: TestCommands },
): Promise<CrashCall | undefined> {
  const here = await onTip(deps.git, crash, tip);
  const calls = here === undefined ? [] : guessedCalls(here);
  if (here === undefined || calls.length === 0) return undefined;
  const files = new Map([[guessPath, guessProgram(here, calls)]]);
  const tree = await withFiles(deps.git, { crash }, { base: tip, files });
  const test = ['node', guessPath] as const;
  const testSeconds = Math.min(mostSeconds, commands.testSeconds);
  const run = await deps.tests.measure({ ...commands, test, testSeconds, report: null }, tree);
  const at = run.kind === 'ran' ? guessIn(run.tail) : undefined;
  return at === undefined ? undefined : calls[at];
}

/** The crash with its innermost place as the tip has it; undefined: nobody can say where that is. */
async function onTip(git: Pick<GitReader, 'readFile'>, crash: Crash, tip: Sha): Promise<Crash | undefined> {
  const [first, ...others] = crash.frames;
  const [before, after] = await Promise.all([
    git.readFile(crash.commit, first.file),
    git.readFile(tip, first.file),
  ]);
  if (before === undefined || after === undefined) return undefined;
  const line = movedLine(before.toString('utf8'), after.toString('utf8'), first.line);
  return line === undefined ? undefined : { ...crash, frames: [{ ...first, line }, ...others] };
}
