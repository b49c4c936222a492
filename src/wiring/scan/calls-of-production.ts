import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { type RecordedCall, readRecordings } from '../../domain/recorded-call.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { callsAt } from '../calls-at.ts';

const mostBytes = 64 * 1024 * 1024;

/** Calls that services kept, as of the tip of the branch. */
export type KeptCalls = (tip: Sha) => Promise<readonly RecordedCall[]>;

/**
 * Those of a file or directory that a person names, read at once; else of the file of the protected branch that characterization.recordings
 * names, read once and only when they are asked for. Rejects with `usage` where there is none of that name, or no call in it.
 */
export async function callsOfProduction(
  git: Pick<GitReader, 'readFile'>,
  { characterization }: Pick<Config, 'characterization'>,
  named: string | undefined,
): Promise<KeptCalls> {
  if (named !== undefined) {
    const { calls } = await callsAt(named);
    return async () => calls;
  }
  const path = characterization.recordings;
  const read = async (tip: Sha) => {
    const bytes = path === null ? undefined : await git.readFile(tip, path);
    return bytes === undefined ? [] : callsIn(bytes, String(path)).calls;
  };
  let kept: ReturnType<KeptCalls> | undefined;
  return (tip) => {
    kept ??= read(tip);
    return kept;
  };
}

/** A line that cannot be read is of no use, and no reason to make nothing of the others. */
function callsIn(bytes: Buffer, name: string): ReturnType<typeof readRecordings> {
  if (bytes.length > mostBytes)
    throw new AutolandError('usage', `expected at most ${mostBytes} bytes of recorded calls, found ${name}`, {
      mend: 'keep the newest of them only',
    });
  return readRecordings(bytes.toString('utf8'));
}
