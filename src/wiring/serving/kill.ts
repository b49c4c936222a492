import { constants, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { readFlagFile } from '../../adapters/flags/flag-file.ts';
import {
  bury,
  checkedKey,
  readKills,
  readTombstone,
  type Tombstone,
  tombstoneText,
} from '../../adapters/flags/tombstones.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { mustHaveJournal } from '../journal/journal-there.ts';
import { refuseOtherOwner } from '../place/owner.ts';
import type { PlaceOptions } from '../place/place.ts';
import { locateToClose } from './served-place.ts';

export type Kill = {
  readonly state: string;
  /** The kill that was there before: whoever has a version now has it by another flag. */
  readonly already: Tombstone | undefined;
  /** Why it could not be journalled yet; the flag is closed all the same, and the next `up` journals it. */
  readonly trouble: string | undefined;
};

/**
 * The tombstone first, and without the journal: router and flag service read it themselves, users are harmed meanwhile,
 * and the journal may be what is broken. Rejects with `flag.not-found`.
 */
export async function killFlag(
  options: PlaceOptions,
  flag: string,
  how: { readonly by: string; readonly reason: string; readonly dryRun: boolean },
): Promise<Kill> {
  const place = await locateToClose(options);
  refuseOtherOwner(place);
  await mustHaveJournal(place, options);
  const { files, state } = place;
  mustBeKnown(files, flag);
  const already = tombstoneOf(files.kills, flag);
  if (how.dryRun) return { state, already, trouble: undefined };
  const { by, reason } = how;
  bury(files.kills, flag, tombstoneText({ by, at: new Date().toISOString(), reason }));
  return { state, already, trouble: await journal(options).then(() => undefined, messageOf) };
}

/** Where flags.json cannot be read every flag is off already; a kill must then hold once it can. */
function mustBeKnown(files: { readonly flags: string; readonly kills: string }, flag: string): void {
  const flags = readOrUndefined(files.flags);
  if (flags === undefined) return void checkedKey(flag);
  const all = [...flags.values()];
  const isThere = all.some(({ key, code }) => key === flag || code === flag);
  if (isThere || readKills(files.kills)(flag)) return;
  const known = all.map(({ key, code }) => code ?? key).join(', ');
  throw new AutolandError(
    'flag.not-found',
    `expected a flag of this repository, found ${JSON.stringify(flag)}`,
    { mend: known === '' ? 'there is no flag now' : `use one of: ${known}` },
  );
}

/** undefined: it is not closed, or nobody can tell. */
function tombstoneOf(kills: string, flag: string): Tombstone | undefined {
  try {
    return readTombstone(kills, flag);
  } catch {
    return undefined;
  }
}

function readOrUndefined(path: string): ReturnType<typeof readFlagFile> | undefined {
  try {
    return readFlagFile(path);
  } catch {
    return undefined;
  }
}

/** Whoever must hear of it on this machine comes first: journalling loads half of the program. */
const giveWayMs = 150;

async function journal(options: PlaceOptions): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  await pause(giveWayMs);
  const [{ openRepository }, { journalKills }] = await Promise.all([
    import('../place/repository.ts'),
    import('../journal/journal-acts.ts'),
  ]);
  await using repository = await openRepository(options, 'update');
  await journalKills(repository);
}
