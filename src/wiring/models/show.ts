import { type BlobOwner, type Commitment, isBlobOwner } from '../../domain/blob.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Entry } from '../../domain/journal.ts';
import { type Page, readPage } from '../../domain/recording.ts';
import type { ChangeState } from '../../engine/state.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import { type Gap, type Pages, shownExchange, shownToolCall } from '../../views/conversation.ts';
import {
  type Said,
  type SaidEntry,
  type ShownEntry,
  type ShowView,
  saidIn,
  totalOf,
} from '../../views/exchanges.ts';
import { foldRecordings, type Recordings, recordingTypes } from '../../views/recordings.ts';
import type { Repository } from '../place/repository.ts';
import { blobsOf } from './recordings.ts';

/** A change, and the task of the agent that made it; or a task alone. */
export type Subject = {
  readonly id: string;
  readonly state: ChangeState | null;
  readonly owners: readonly BlobOwner[];
};

/** `name`: as `autoland explain` takes it, or `task_NAME`. Rejects with `change.not-found`. */
export async function subjectOf(repository: Repository, name: string): Promise<Subject> {
  if (name.startsWith('task_') && isBlobOwner(name)) return { id: name, state: null, owners: [name] };
  const { state } = await repository.change(name);
  return { id: state.id, state, owners: ownersOf(state) };
}

/** What agents recorded before there was a change is under the task that the proposal names. */
function ownersOf({ id, proposal }: ChangeState): readonly BlobOwner[] {
  const task = `task_${String(proposal.record.task ?? '')}`;
  return [id, task].filter(isBlobOwner);
}

/** `autoland show`. `withContent`: also what was said. */
export async function readShow(
  repository: Repository,
  name: string,
  withContent: boolean,
): Promise<ShowView> {
  const { id, state, owners } = await subjectOf(repository, name);
  const all = await entriesOf(repository, owners);
  const recordings = foldRecordings(all);
  const said = saidIn(all);
  if (state === null && said.length === 0) throw noTask(id);
  const pages = withContent ? await readPages(blobsOf(repository.place), recordings) : null;
  const { erasures } = recordings;
  return {
    id,
    change: state === null ? null : { title: state.proposal.title, state: state.stage ?? outcomeOf(state) },
    totals: totalOf(said),
    entries: said.map((entry) => shown(entry, pages)),
    erasures: erasures.map(({ contents: _, ...erasure }) => erasure),
  };
}

/** For `explain`. null: nothing was recorded. */
export async function readSaid(repository: Repository, { id, proposal }: ChangeState): Promise<Said | null> {
  const owners = ownersOf({ id, proposal } as ChangeState);
  const said = saidIn(await entriesOf(repository, owners));
  return said.length === 0 ? null : totalOf(said);
}

/** Tasks stand in the entries only: looked for where there is one. */
async function entriesOf({ store }: Repository, owners: readonly BlobOwner[]): Promise<readonly Entry[]> {
  const [only, ...others] = owners;
  const change = only?.startsWith('chg_') && others.length === 0 ? { change: only } : {};
  const entries = await store.read({ types: recordingTypes, ...change });
  return entries.filter(({ data }) => owners.some((owner) => owner === data.owner));
}

function outcomeOf({ conclusion }: ChangeState): string {
  return conclusion?.outcome ?? 'held';
}

function shown(entry: SaidEntry, pages: Pages | null): ShownEntry {
  if (pages === null) return { ...entry, said: null };
  const read = entry.kind === 'exchange' ? shownExchange : shownToolCall;
  return { ...entry, said: read(entry.content, pages) ?? { gap: 'altered' } };
}

async function readPages(blobs: BlobStore, { blobs: named }: Recordings): Promise<Pages> {
  const pages = new Map<Commitment, Page | Gap>();
  for (const { owner, content, erased } of named.values()) {
    pages.set(content, erased === null ? await readOne(blobs, owner, content) : { gap: 'erased' });
  }
  return pages;
}

async function readOne(blobs: BlobStore, owner: BlobOwner, content: Commitment): Promise<Page | Gap> {
  try {
    const bytes = await blobs.get(owner, content);
    if (bytes === undefined) return { gap: 'missing' };
    return readPage(bytes) ?? { gap: 'altered' };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    return { gap: thrown.code === 'blob.corrupt' ? 'altered' : 'unreadable' };
  }
}

function noTask(id: string): AutolandError {
  return new AutolandError(
    'change.not-found',
    `expected a task of which something is recorded, found ${id}`,
    {
      mend: 'autoland watch shows tasks as they are recorded; changes are named by autoland status',
    },
  );
}
