import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AutolandError, messageOf } from '../domain/errors.ts';

/** Through no link: in a checkout of somebody's branch it could lead anywhere. */
export async function save(file: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    await using handle = await open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644);
    await handle.writeFile(text);
  } catch (cause) {
    throw notWritable(file, cause);
  }
}

/** Found out before anything runs; leaves no empty file where the check then ends with an error. */
export async function mustBeWritable(file: string): Promise<void> {
  try {
    const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    await using _ = await open(file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
      throw notWritable(file, cause);
    await access(dirname(file), constants.W_OK | constants.X_OK).catch((reason: unknown) => {
      throw notWritable(file, reason);
    });
  }
}

function notWritable(file: string, cause: unknown): AutolandError {
  return new AutolandError('usage', `expected to write ${file}: ${messageOf(cause)}`, {
    mend: 'name a file in a directory that is there and has room, and not a link',
    cause,
  });
}
