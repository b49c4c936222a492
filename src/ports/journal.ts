import type { ChangeId } from '../domain/change.ts';
import type { Claim, Entry, NewEvent, Schedule, Signal } from '../domain/journal.ts';

/** The source of truth, and the audit log. */
export interface Journal {
  /**
   * Appends events in ONE transaction with their dense leaf indexes and hashes, the outbox row and consumed signals.
   * With `claim`, MUST reject with `lease.lost` (nothing written) when its fence is not the newest or its lease has ended.
   * MUST be durable (fsync) when it resolves. An `once` key that was written before makes the call a no-op that answers [].
   */
  append(write: {
    events: readonly NewEvent[];
    claim?: Claim;
    /** With `change`: when the change runs next. */
    schedule?: { change: ChangeId; next: Schedule };
    /** Keys of signals that these events take in. */
    consumes?: readonly { change: ChangeId; key: string }[];
    once?: string;
  }): Promise<readonly Entry[]>;
  /** Entries in index order; `from` inclusive, `to` exclusive; only those of `change` when given. */
  read(range?: {
    from?: number;
    to?: number;
    change?: ChangeId;
    types?: readonly string[];
  }): Promise<readonly Entry[]>;
  size(): Promise<number>;
}

/** Who works on what, and when. Lives in the same database as the journal. */
export interface Outbox {
  /**
   * The next due change whose lease is free (or was lost), now leased; never one of `passOver` (absent: none).
   * undefined: nothing else is due. Leases run on the monotonic clock.
   */
  claim(holder: string, leaseMs: number, passOver?: ReadonlySet<ChangeId>): Promise<Claim | undefined>;
  /** MUST reject with `lease.lost` when another holder has claimed since. */
  renew(claim: Claim, leaseMs: number): Promise<void>;
  /**
   * Voids every claim, so that what a killed holder had is free at once instead of when its lease ends; answers how many.
   * Those claims MUST reject with `lease.lost` from then on. MUST be called only by the one process that may claim,
   * before its first claim: elsewhere it would take work from a live holder.
   */
  takeOver(): Promise<number>;
  /** Gives the lease back without writing anything. */
  release(claim: Claim): Promise<void>;
  /** Journals `signal.received` and wakes the change; false when the key was seen before. */
  signal(signal: Signal): Promise<boolean>;
  /** Signals of a change that no stage has consumed yet, in the order they came. */
  pending(change: ChangeId): Promise<readonly Signal[]>;
}
