import { FileControls, type Stopped } from '../../adapters/controls/file-controls.ts';
import { messageOf } from '../../domain/errors.ts';
import { mustHaveJournal } from '../journal/journal-there.ts';
import { refuseOtherOwner } from '../place/owner.ts';
import type { PlaceOptions } from '../place/place.ts';
import { locateToClose } from './served-place.ts';

/** `already`: the stop that was there before. `trouble`: why it could not be journalled; it is stopped all the same. */
export type Stop = {
  readonly state: string;
  readonly already: Stopped | undefined;
  readonly trouble: string | undefined;
};

/** The file first, and without the journal: router and worker read it themselves, and the journal may be what is broken. */
export async function stopAutonomy(
  options: PlaceOptions,
  how: { readonly by: string; readonly reason: string; readonly dryRun: boolean },
): Promise<Stop> {
  const place = await locateToClose(options);
  refuseOtherOwner(place);
  await mustHaveJournal(place, options);
  const { state } = place;
  const controls = new FileControls(state);
  const already = await controls.stopped();
  if (how.dryRun) return { state, already, trouble: undefined };
  await controls.stop(how.by, how.reason);
  const trouble = await journal(options, how).then(() => undefined, messageOf);
  return { state, already, trouble };
}

async function journal(
  options: PlaceOptions,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  const { openRepository } = await import('../place/repository.ts');
  await using repository = await openRepository(options, 'update');
  await repository.record('control.stopped', by, { reason });
}
