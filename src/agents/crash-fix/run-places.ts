import type { Sha } from '../../domain/change.ts';
import type { Crash, CrashFrame } from '../../domain/crash.ts';
import type { FaultPlace } from '../../domain/crash-fix.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader, LineHistory } from '../../ports/git-host.ts';
import { movedLine } from './lines.ts';
import { mayMend } from './rules.ts';

export type PlacesDeps = { readonly git: Pick<GitReader, 'readFile'> & LineHistory };

export type PlacesRules = {
  readonly tip: Sha;
  readonly most: number;
  /** What was changed so shortly before the crash was first seen is looked at first. */
  readonly recentDays: number;
};

/** Where the fault may be: the crash's frames as the tip has them, those that changed of late first. */
export async function placesOf(
  deps: PlacesDeps,
  crash: Crash,
  rules: PlacesRules,
): Promise<readonly FaultPlace[]> {
  const found = new Map<string, FaultPlace>();
  for (const frame of crash.frames) {
    if (found.size >= rules.most) break;
    const place = mayMend(frame.file) ? await placeOf(deps, crash.commit, rules.tip, frame) : undefined;
    if (place !== undefined) found.set(`${place.file}:${place.line}`, place);
  }
  const isOld = (place: FaultPlace) => (isRecent(place, crash, rules.recentDays) ? 0 : 1);
  return [...found.values()].toSorted((one, other) => isOld(one) - isOld(other));
}

export function isRecent({ broughtBy }: FaultPlace, { firstSeen }: Crash, days: number): boolean {
  if (broughtBy === undefined) return false;
  return firstSeen.getTime() - broughtBy.at.getTime() <= days * 86_400_000;
}

async function placeOf(
  { git }: PlacesDeps,
  commit: Sha,
  tip: Sha,
  { file, line, column }: CrashFrame,
): Promise<FaultPlace | undefined> {
  const [then, now] = await Promise.all([git.readFile(commit, file), git.readFile(tip, file)]);
  if (then === undefined || now === undefined) return undefined;
  const moved = movedLine(then.toString('utf8'), now.toString('utf8'), line);
  if (moved === undefined) return undefined;
  const brought = await blamed(git, tip, { file, line: moved });
  const place = { file, line: moved, ...(column > 0 ? { column } : {}) };
  return brought === undefined ? place : { ...place, broughtBy: brought };
}

async function blamed(git: LineHistory, tip: Sha, { file, line }: { file: string; line: number }) {
  try {
    return (await git.blame(tip, file, { from: line, to: line })).get(line);
  } catch (error) {
    // Who brought it orders the search, and offers a revert; it is no condition of one.
    if (error instanceof AutolandError) return undefined;
    throw error;
  }
}
