import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../adapters/whole-file.ts';
import { fileOf } from '../../agents/drivers/file.ts';
import type { KeptDrivers } from '../../domain/driver.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import { directory, mustHoldDirectories } from '../place/place.ts';

/** Where drivers are offered. Made at once, so that minutes of checking are not lost for a wrong path. Rejects with `usage`. */
export async function openOffer(named: string): Promise<string> {
  const path = directory('--offer-drivers', named);
  try {
    await mustHoldDirectories(path);
    await mkdir(path, { recursive: true });
    return path;
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Answers the names of the files that were not there before. A file is named by what is in it, so offering again adds nothing. */
async function offerDrivers(path: string, { author, drivers }: KeptDrivers): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { driver, noticed } of drivers) {
    const { name, text } = fileOf(driver, { author, noticed });
    try {
      // Over nothing, and through no link.
      await writeFile(join(path, name), text, { flag: 'wx' });
      written.push(name);
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw notWritable(path, cause);
    }
  }
  return written;
}

/** What a report says of it. */
export async function offeredNotes(
  path: string | undefined,
  offers: readonly KeptDrivers[],
): Promise<readonly string[]> {
  if (path === undefined) return [];
  const names: string[] = [];
  for (const offer of offers) names.push(...(await offerDrivers(path, offer)));
  return names.length === 0
    ? ['no driver is offered that is not there']
    : [`${counted(names.length, 'driver')} written to ${path}: a change of their own may bring them`];
}

function notWritable(path: string, cause: unknown): AutolandError {
  return new AutolandError(
    'usage',
    `expected a directory for --offer-drivers in ${path}: ${messageOf(cause)}`,
    {
      mend: 'name a directory that this user may write to',
      cause,
    },
  );
}
