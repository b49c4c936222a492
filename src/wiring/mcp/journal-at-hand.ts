import { statSync } from 'node:fs';
import { locate, type PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';

/** The journal, opened once for many questions, so that each folds only what is new. Nothing is written. */
export class JournalAtHand {
  readonly options: PlaceOptions;
  #open: { readonly repository: Repository; readonly file: string } | undefined;
  #opening: Promise<Repository> | undefined;

  constructor(options: PlaceOptions) {
    this.options = options;
  }

  /** Rejects with `journal.missing` and the like, each time anew: a person may mend it meanwhile. */
  async read(): Promise<Repository> {
    const { journal } = (this.#open?.repository.place ?? (await locate(this.options))).files;
    // One that was put in its place, from a backup say, is another one: answers out of the old would be stale for good.
    if (this.#open !== undefined && identityOf(journal) === this.#open.file) return this.#open.repository;
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  close(): void {
    this.#open?.repository.store.close();
    this.#open = undefined;
  }

  async #reopen(): Promise<Repository> {
    // Not closed: somebody may still be reading. It goes once nobody does.
    this.#open = undefined;
    const repository = await openRepository(this.options, 'read');
    const file = identityOf(repository.place.files.journal);
    if (file !== undefined) this.#open = { repository, file };
    return repository;
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
}
