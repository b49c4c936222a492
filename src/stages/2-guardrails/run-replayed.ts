import { messageOf } from '../../domain/errors.ts';
import { type Recordings, readRecordings } from '../../domain/recorded-call.ts';
import { isUpdate } from './characterization/characterization.ts';
import { chooseCalls } from './characterization/choose-calls.ts';
import { type Gathering, gatherer } from './run-ports.ts';

const mostBytes = 64 * 1024 * 1024;

export const gatherReplayed = gatherer<'replayed'>()({
  needs: [],
  cost: 'heavy',
  async gather({ deps, settings, change }) {
    const { class: changeClass, base, tree: head, packages } = change.classification;
    const updated = new Set(packages.filter(isUpdate).map(({ name }) => name));
    // A revert is meant to differ.
    if (updated.size === 0 || changeClass === 'revert') return { kind: 'none' };
    const recordings = await readThem({ deps, settings, change, found: {} });
    if (recordings === undefined || typeof recordings === 'string')
      return recordings === undefined ? { kind: 'none' } : { kind: 'unreadable', why: recordings };
    const chosen = chooseCalls(recordings, updated);
    if (chosen.calls.length === 0) return { kind: 'none' };
    const replay = await deps.replayer.replay(settings.commands, { base, head }, chosen.calls);
    return { kind: 'made', chosen, replay };
  },
});

/** undefined: there are none; a text: why they cannot be read. Of the base: a change must not say what it is held against. */
async function readThem({ deps, settings, change }: Gathering): Promise<Recordings | string | undefined> {
  const { recordings = null } = settings.characterization ?? {};
  let bytes: Buffer | undefined;
  if (deps.recordings !== undefined) {
    const read = await deps.recordings.read().catch((thrown: unknown) => messageOf(thrown));
    if (typeof read === 'string') return `The recorded calls cannot be read: ${read}.`;
    bytes = read;
  } else if (recordings === null) return undefined;
  else bytes = await deps.git.readFile(change.classification.base, recordings);
  const name = deps.recordings === undefined ? String(recordings) : 'the file of recorded calls';
  if (bytes === undefined) return `The base has no file ${name} of recorded calls.`;
  if (bytes.length > mostBytes)
    return `Expected at most ${mostBytes} bytes of recorded calls, found ${bytes.length}.`;
  const found = readRecordings(bytes.toString('utf8'));
  if (found.unreadable > 0) return `${found.unreadable} lines of ${name} are no recorded calls.`;
  return found.truncated ? `There are more lines in ${name} than are read.` : found;
}
