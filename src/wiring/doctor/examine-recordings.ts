import { otlpSettings } from '../../adapters/telemetry/spans/otlp-settings.ts';
import { AutolandError } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import { blobsOf, readRecordings } from '../models/recordings.ts';
import { hasJournal, type Place, type PlaceOptions } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';

/** Of `doctor`: whether what was recorded last opens, and where spans go. `audit verify` looks at all of it. */
export async function recordingsOpen(
  place: Place,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const spans = spansGo(env);
  if (!hasJournal(place)) return `nothing is recorded yet; ${spans}`;
  const options: PlaceOptions = { repo: place.repo, state: place.state };
  await using repository = await openRepository(options, 'read');
  const kept = [...(await readRecordings(repository)).blobs.values()].filter(({ erased }) => erased === null);
  const newest = kept.at(-1);
  if (newest === undefined) return `nothing is recorded; ${spans}`;
  if ((await blobsOf(place).get(newest.owner, newest.content)) === undefined)
    throw new AutolandError('blob.corrupt', `what entry ${newest.index} recorded is not there`, {
      mend: 'autoland audit verify says what else is missing; restore it from a backup',
    });
  return `${counted(kept.length, 'recording')}, the newest opens; ${spans}`;
}

function spansGo(env: Readonly<Record<string, string | undefined>>): string {
  const settings = otlpSettings(env);
  if (settings === undefined) return 'no spans are sent (OTEL_EXPORTER_OTLP_ENDPOINT is not set)';
  if ('trouble' in settings)
    throw new AutolandError('usage', settings.trouble, {
      mend: 'set it to a collector that takes OTLP over HTTP, or unset it',
    });
  return `spans go to ${new URL(settings.url).host}`;
}
