import { LocalRecordings } from '../adapters/recorder/local-recordings.ts';
import { AutolandError } from '../domain/errors.ts';
import { type RecordedCall, readRecordings } from '../domain/recorded-call.ts';
import { counted } from '../domain/words.ts';

/** Calls of production in a file or directory that a person names. Rejects with `usage` where there is none. */
export async function callsAt(
  named: string,
): Promise<{ readonly bytes: Buffer; readonly calls: readonly RecordedCall[] }> {
  const bytes = await new LocalRecordings(named).read();
  const { calls, unreadable } = readRecordings(bytes.toString('utf8'));
  if (calls.length > 0) return { bytes, calls };
  const found = unreadable === 0 ? 'none' : `none that can be read in ${counted(unreadable, 'line')}`;
  throw new AutolandError('usage', `expected recorded calls in ${named}, found ${found}`, {
    mend: 'name a file that a recorder wrote, or the directory of them',
  });
}
