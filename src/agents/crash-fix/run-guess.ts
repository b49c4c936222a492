import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import type { CrashCall } from '../../domain/crash-fix.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { guessedCalls, recordedCalls } from './guess.ts';
import { guessIn, guessPath, guessProgram } from './guess-program.ts';
import { movedLine } from './lines.ts';
import { type ReproduceDeps, withFiles } from './run-reproduce.ts';

export type GuessDeps = ReproduceDeps & { readonly git: Pick<GitReader, 'readFile'> };

export type GuessAsked = {
  readonly tip: Sha;
  readonly commands: TestCommands;
  /** What services of this project kept of the calls that they made. */
  readonly recorded: readonly RecordedCall[];
};

/** `by`: whether production made such a call, or nobody was seen to. */
export type FoundCall = { readonly call: CrashCall; readonly by: 'recorded-call' | 'guessed-call' };

const mostSeconds = 60;

/** A call that ends in this very crash on the tip: one that production made, else what callers forget. undefined: none of those. */
export async function findCall(
  deps: GuessDeps,
  crash: Crash,
  asked: GuessAsked,
): Promise<FoundCall | undefined> {
  const here = await onTip(deps.git, crash, asked.tip);
  if (here === undefined) return undefined;
  const kinds = [
    ['recorded-call', recordedCalls(here, asked.recorded)],
    ['guessed-call', guessedCalls(here)],
  ] as const;
  for (const [by, calls] of kinds) {
    const call = calls.length === 0 ? undefined : await crashing(deps, here, { ...asked, calls });
    if (call !== undefined) return { call, by };
  }
  return undefined;
}

type Trying = GuessAsked & { readonly calls: readonly CrashCall[] };

async function crashing(
  deps: GuessDeps,
  crash: Crash,
  { tip, commands, calls }: Trying,
): Promise<CrashCall | undefined> {
  const files = new Map([[guessPath, guessProgram(crash, calls)]]);
  const tree = await withFiles(deps.git, { crash }, { base: tip, files });
  const test = ['node', guessPath] as const;
  const testSeconds = Math.min(mostSeconds, commands.testSeconds);
  const run = await deps.tests.measure({ ...commands, test, testSeconds, report: null }, tree);
  return run.kind === 'ran' ? guessIn(run.tail, calls) : undefined;
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
