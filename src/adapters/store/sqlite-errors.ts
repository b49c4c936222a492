import { accessSync, constants } from 'node:fs';
import { AutolandError, messageOf } from '../../domain/errors.ts';

/** Primary result codes of SQLite: the low byte of the extended ones. https://www.sqlite.org/rescode.html */
const busy = 5;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;
/** The shared-memory file of the write-ahead log could not grow. */
const ioErrorShmSize = 4874;

/** What SQLite threw, as a fault that a person can mend; anything else is a bug and is handed back as it is. */
export function explainSqlite(thrown: unknown, file: string): unknown {
  const result = resultCodeOf(thrown);
  if (result === undefined || thrown instanceof AutolandError) return thrown;
  const found = `${messageOf(thrown)} (SQLite ${result})`;
  if (result % 256 === full || result === ioErrorShmSize) return fullDisk(file, found, thrown);
  switch (result % 256) {
    case busy:
      return new AutolandError(
        'journal.locked',
        `expected to write to ${file} within the timeout, found: ${found}`,
        {
          mend: 'another process holds the journal; see that none hangs, then try again',
          cause: thrown,
        },
      );
    case cannotOpen:
      if (!isReadable(file)) return notOurs(file, found, thrown);
      return corruptJournal(file, found, thrown);
    case corrupt:
    case notADatabase:
    case ioError:
      return corruptJournal(file, found, thrown);
    default:
      return thrown;
  }
}

export function corruptJournal(file: string, found: string, cause?: unknown): AutolandError {
  return new AutolandError('journal.corrupt', `expected a readable journal in ${file}, found: ${found}`, {
    mend: 'check the disk and the permissions, then restore the file from a backup; `autoland audit verify` says what the published log still proves',
    cause,
  });
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'EACCES');
  }
}

/** It may be as whole as can be: nobody shall restore one from a backup for that. */
function notOurs(file: string, found: string, cause: unknown): AutolandError {
  return new AutolandError(
    'state.unusable',
    `expected a journal in ${file} that this user may read, found: ${found}`,
    {
      mend: 'run this as the user whose state directory it is',
      cause,
    },
  );
}

function fullDisk(file: string, found: string, cause: unknown): AutolandError {
  return new AutolandError('journal.full-disk', `expected room to write to ${file}, found: ${found}`, {
    mend: 'free some space on that disk; nothing journalled was lost, and autoland goes on by itself',
    cause,
  });
}

function resultCodeOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  return typeof thrown.errcode === 'number' ? thrown.errcode : undefined;
}
