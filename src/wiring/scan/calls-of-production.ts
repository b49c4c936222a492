import { LocalRecordings } from '../../adapters/recorder/local-recordings.ts';
import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { type RecordedCall, readRecordings } from '../../domain/recorded-call.ts';
import type { GitReader } from '../../ports/git-host.ts';

const mostBytes = 64 * 1024 * 1024;

/**
 * Calls that services kept, read once and only when they are asked for: those of a file or directory that a person names, else of the file
 * of the protected branch that characterization.recordings names. Rejects with `usage` where there is none of that name.
 */
export function callsOfProduction(
  git: Pick<GitReader, 'readFile'>,
  { characterization }: Pick<Config, 'characterization'>,
  named: string | undefined,
): (tip: Sha) => Promise<readonly RecordedCall[]> {
  let kept: Promise<readonly RecordedCall[]> | undefined;
  const path = characterization.recordings;
  const read = async (tip: Sha) => {
    if (named !== undefined) return callsIn(await new LocalRecordings(named).read(), named);
    const bytes = path === null ? undefined : await git.readFile(tip, path);
    return bytes === undefined ? [] : callsIn(bytes, String(path));
  };
  return (tip) => {
    kept ??= read(tip);
    return kept;
  };
}

/** A line that cannot be read is of no use, and no reason to make nothing of the others. */
function callsIn(bytes: Buffer, name: string): readonly RecordedCall[] {
  if (bytes.length > mostBytes)
    throw new AutolandError('usage', `expected at most ${mostBytes} bytes of recorded calls, found ${name}`, {
      mend: 'keep the newest of them only',
    });
  return readRecordings(bytes.toString('utf8')).calls;
}
