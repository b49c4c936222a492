import { SystemClock } from '../../adapters/clock/system.ts';
import { FileControls } from '../../adapters/controls/file-controls.ts';
import { FileFlagStore } from '../../adapters/flags/file-flag-store.ts';
import { openStore, type SqliteStore } from '../../adapters/store/sqlite-store.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Entry } from '../../domain/journal.ts';
import type { JsonObject } from '../../domain/json.ts';
import { wellFormed } from '../../domain/well-formed.ts';
import { type ChangeState, foldChange } from '../../engine/state.ts';
import type { Controls } from '../../ports/controls.ts';
import type { FlagStore } from '../../ports/flags.ts';
import { positionNote, readPosition } from '../../stages/7-rollout/position.ts';
import { type Autonomy, autonomyTypes, foldAutonomy, fullAutonomy } from '../../views/autonomy.ts';
import { foldMeasures, type JudgeMeasures, measureTypes, noMeasures } from '../../views/judge-standing.ts';
import { emptyLedger, foldLedger, type Ledger, ledgerTypes } from '../../views/ledger.ts';
import {
  foldPromotedFlags,
  noPromotedFlags,
  type PromotedFlags,
  promotedFlagTypes,
} from '../../views/promoted-flags.ts';
import { mustHaveJournal } from '../journal/journal-there.ts';
import { refuseOtherOwner } from './owner.ts';
import { locate, makeState, type Place, type PlaceOptions } from './place.ts';

/** One repository's journal and switches: all that a command needs which runs no code of the repository. */
export class Repository {
  readonly place: Place;
  readonly clock = new SystemClock();
  readonly store: SqliteStore;
  readonly controls: Controls;
  readonly flags: FlagStore;
  #ledger: Ledger = emptyLedger;
  #promoted: PromotedFlags = noPromotedFlags;
  #autonomy: Autonomy = fullAutonomy;
  #measures: JudgeMeasures = noMeasures;

  constructor(place: Place, store: SqliteStore) {
    this.place = place;
    this.store = store;
    this.controls = new FileControls(place.state);
    this.flags = new FileFlagStore(place.state);
  }

  /** Folded anew from what was journalled since the last call. */
  async ledger(): Promise<Ledger> {
    const entries = await this.store.read({ from: this.#ledger.upTo + 1, types: ledgerTypes });
    this.#ledger = foldLedger(entries, this.#ledger);
    return this.#ledger;
  }

  /** How the rollouts of flags in the code ended, folded as the ledger is. */
  async promotedFlags(): Promise<PromotedFlags> {
    const entries = await this.store.read({ from: this.#promoted.upTo + 1, types: promotedFlagTypes });
    this.#promoted = foldPromotedFlags(entries, this.#promoted);
    return this.#promoted;
  }

  /** What failures in production have cost, folded as the ledger is. */
  async autonomy(): Promise<Autonomy> {
    const entries = await this.store.read({ from: this.#autonomy.upTo + 1, types: autonomyTypes });
    this.#autonomy = foldAutonomy(entries, this.#autonomy);
    return this.#autonomy;
  }

  /** What was measured of judges, folded as the ledger is. */
  async judgeMeasures(): Promise<JudgeMeasures> {
    const entries = await this.store.read({ from: this.#measures.upTo + 1, types: measureTypes });
    this.#measures = foldMeasures(entries, this.#measures);
    return this.#measures;
  }

  /** A change by its id or an unambiguous beginning of it: at least 4 hex digits, with or without `chg_`. */
  async change(prefix: string): Promise<{ state: ChangeState; entries: readonly Entry[] }> {
    const known = [...(await this.ledger()).changes.keys()];
    const digits = /^(?:chg_)?([0-9a-f]{4,12})$/.exec(prefix)?.[1];
    // A shorter beginning may be a slip of the hand: it must not pick the only change there is.
    const found = known.filter(
      (id) => id === prefix || (digits !== undefined && id.startsWith(`chg_${digits}`)),
    );
    const [id] = found;
    if (id === undefined || found.length > 1) throw notOne(prefix, found, known);
    const entries = await this.store.read({ change: id });
    const state = foldChange(entries);
    if (state === undefined)
      throw new AutolandError('journal.corrupt', `the journal of ${id} has no beginning`);
    return { state, entries };
  }

  /** Journals something that concerns no single change. */
  async record(type: string, actor: string, data: JsonObject): Promise<void> {
    await this.store.append({ events: [{ type, actor, data: wellFormed(data) }] });
  }

  /** The shares of a rollout's steps: as it began, or before that as the protected branch configures them. */
  async weights({ notes }: ChangeState): Promise<readonly number[]> {
    const begun = readPosition(notes.get(positionNote));
    if (begun !== undefined) return begun.plan.steps.map(({ weight }) => weight);
    // Most commands never ask, and need not wait for the schema and the YAML reader.
    const [{ openGitReader }, { BranchRules }, { rolloutPlan }] = await Promise.all([
      import('../../adapters/git-host/local/local-git-host.ts'),
      import('./rules.ts'),
      import('../../config/plans.ts'),
    ]);
    const { reader, close } = await openGitReader(this.place.repo);
    try {
      return rolloutPlan((await new BranchRules(reader, false).load()).config).steps.map(
        ({ weight }) => weight,
      );
    } finally {
      await close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.close();
  }
}

/** `read` writes nothing. `update` writes to a journal that is there: what acts on a control plane must not miss it. `write` makes one. */
export type OpenMode = 'read' | 'update' | 'write';

/**
 * `read` and `update` make nothing and reject with `journal.missing` where autoland never ran; `update` and `write` reject with
 * `state.locked` where it runs on this repository with another state directory.
 */
export async function openRepository(options: PlaceOptions, mode: OpenMode): Promise<Repository> {
  const place = await locate(options);
  if (mode !== 'read') refuseOtherOwner(place);
  if (mode === 'write') await makeState(place);
  else await mustHaveJournal(place, options);
  const store = await openStore({
    file: place.files.journal,
    clock: new SystemClock(),
    mode: mode === 'read' ? 'read' : 'write',
  });
  return new Repository(place, store);
}

function notOne(prefix: string, found: readonly string[], known: readonly string[]): AutolandError {
  if (found.length > 1) {
    const more = found.length > 5 ? ` and ${found.length - 5} more` : '';
    return new AutolandError(
      'change.ambiguous',
      `expected the id of one change, found that ${JSON.stringify(prefix)} begins ${found.slice(0, 5).join(', ')}${more}`,
      { mend: 'give more of it' },
    );
  }
  return new AutolandError(
    'change.not-found',
    `expected the id of a change, or 4 of its hex digits, found ${JSON.stringify(prefix)}`,
    {
      mend: known.length === 0 ? 'there is no change yet: autoland scan' : `the newest is ${known.at(-1)}`,
    },
  );
}
