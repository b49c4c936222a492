import { type SqlBool, sql } from 'kysely';
import type { ChangeId } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Claim, Schedule } from '../../domain/journal.ts';
import type { Moment } from './moment.ts';
import { query } from './queries.ts';
import type { Sqlite } from './sqlite.ts';

export type ClaimWish = {
  readonly holder: string;
  readonly leaseMs: number;
  readonly passOver: ReadonlySet<ChangeId> | undefined;
};

/** Leases the due change that has waited longest. Inside a transaction. */
export function takeDue(sqlite: Sqlite, moment: Moment, wish: ClaimWish): Claim | undefined {
  const { holder, leaseMs, passOver = new Set() } = wish;
  const [due] = sqlite.all(
    query
      .selectFrom('outbox')
      .select(['change', 'fence'])
      .where('due_at', '<=', moment.now.getTime())
      // One parameter, however many there are: the statement is compiled once.
      .where(sql<SqlBool>`change NOT IN (SELECT value FROM json_each(${JSON.stringify([...passOver])}))`)
      .where((row) =>
        row.or([
          row('holder', 'is', null),
          row('boot_id', '!=', moment.bootId),
          row('lease_until', '<=', moment.monotonicMs),
        ]),
      )
      .orderBy('due_at')
      .orderBy('change')
      .limit(1)
      .compile(),
  );
  if (typeof due?.change !== 'string' || typeof due.fence !== 'number') return undefined;
  const claim = { change: due.change, fence: due.fence + 1, holder };
  sqlite.run(
    query
      .updateTable('outbox')
      .set({
        fence: claim.fence,
        holder,
        lease_until: moment.monotonicMs + leaseMs,
        boot_id: moment.bootId,
        seen_signal: newestSignal(sqlite, claim.change),
      })
      .where('change', '=', claim.change)
      .compile(),
  );
  return claim;
}

/** Extends a lease that nobody else has taken since, even when it has just run out. */
export function extendLease(sqlite: Sqlite, moment: Moment, claim: Claim, leaseMs: number): void {
  const renewed = sqlite.run(
    query
      .updateTable('outbox')
      .set({ lease_until: moment.monotonicMs + leaseMs })
      .where('change', '=', claim.change)
      .where('fence', '=', claim.fence)
      .where('holder', '=', claim.holder)
      .where('boot_id', '=', moment.bootId)
      .compile(),
  );
  if (renewed === 0) throw leaseLost(claim);
}

/** Ends every lease; the fence grows, so that whoever held one cannot renew it. Answers how many there were. */
export function voidLeases(sqlite: Sqlite): number {
  return sqlite.run(
    query
      .updateTable('outbox')
      .set((row) => ({ fence: row('fence', '+', 1), holder: null, lease_until: null, boot_id: null }))
      .where('holder', 'is not', null)
      .compile(),
  );
}

/** Nothing happens when the lease is another's by now. */
export function endLease(sqlite: Sqlite, claim: Claim): void {
  sqlite.run(
    query
      .updateTable('outbox')
      .set({ holder: null, lease_until: null, boot_id: null })
      .where('change', '=', claim.change)
      .where('fence', '=', claim.fence)
      .where('holder', '=', claim.holder)
      .compile(),
  );
}

/** Throws `lease.lost` unless this claim is the newest and its lease runs. */
export function assertLeased(sqlite: Sqlite, moment: Moment, claim: Claim): void {
  const leased = sqlite.all(
    query
      .selectFrom('outbox')
      .select('change')
      .where('change', '=', claim.change)
      .where('fence', '=', claim.fence)
      .where('holder', '=', claim.holder)
      .where('boot_id', '=', moment.bootId)
      .where('lease_until', '>', moment.monotonicMs)
      .compile(),
  );
  if (leased.length === 0) throw leaseLost(claim);
}

/**
 * Sets when the change runs next. A signal that came after the change was claimed was not seen by that stage call:
 * waiting for the schedule would lose it, so the change is due at once.
 */
export function setSchedule(sqlite: Sqlite, moment: Moment, change: ChangeId, next: Schedule): void {
  const wanted = timeOf(next);
  const now = moment.now.getTime();
  const due_at = hasUnseenSignal(sqlite, change) ? Math.min(wanted ?? now, now) : wanted;
  sqlite.run(
    query
      .insertInto('outbox')
      .values({ change, due_at, fence: 0, holder: null, lease_until: null, boot_id: null, seen_signal: 0 })
      .onConflict((conflict) => conflict.column('change').doUpdateSet({ due_at }))
      .compile(),
  );
}

/** Makes a change due now, if it is not already. */
export function wake(sqlite: Sqlite, moment: Moment, change: ChangeId): void {
  const now = moment.now.getTime();
  sqlite.run(
    query
      .updateTable('outbox')
      .set({ due_at: now })
      .where('change', '=', change)
      .where((row) => row.or([row('due_at', 'is', null), row('due_at', '>', now)]))
      .compile(),
  );
}

function timeOf(next: Schedule): number | null {
  switch (next.kind) {
    case 'due':
      return next.at.getTime();
    case 'signal':
      return next.until === null ? null : next.until.getTime();
    case 'never':
      return null;
  }
}

function newestSignal(sqlite: Sqlite, change: ChangeId): number {
  const [row] = sqlite.all(
    query
      .selectFrom('signals')
      .select((signals) => signals.fn.max('sequence').as('newest'))
      .where('change', '=', change)
      .compile(),
  );
  return typeof row?.newest === 'number' ? row.newest : 0;
}

function hasUnseenSignal(sqlite: Sqlite, change: ChangeId): boolean {
  const unseen = query
    .selectFrom('signals')
    .select('sequence')
    .where('change', '=', change)
    .where('consumed_at', 'is', null)
    .where((row) =>
      row(
        'sequence',
        '>',
        row.fn.coalesce(
          row.selectFrom('outbox').select('seen_signal').where('change', '=', change),
          row.lit(0),
        ),
      ),
    )
    .limit(1);
  return sqlite.all(unseen.compile()).length > 0;
}

function leaseLost(claim: Claim): AutolandError {
  return new AutolandError(
    'lease.lost',
    `expected ${claim.holder} to hold ${claim.change} (fence ${claim.fence}), found the lease ended or taken over`,
    { mend: 'nothing was written; whoever holds it now goes on' },
  );
}
