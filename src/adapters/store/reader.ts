import type { CompactRange } from '../../audit/merkle.ts';
import type { ChangeId } from '../../domain/change.ts';
import type { Entry, Signal } from '../../domain/journal.ts';
import { type Leaf, toEntry, toLeaf, toRange, toSignal } from './rows.ts';
import type { Row, Sqlite } from './sqlite.ts';
import { corruptJournal } from './sqlite-errors.ts';

type Range = { from?: number; to?: number; change?: ChangeId; types?: readonly string[] };

/**
 * What is only read. Plain SQL, without the query builder: importing that takes some 200 ms, most of what
 * `autoland status` may take in all.
 */
export class JournalReader {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  entries(range: Range): readonly Entry[] {
    return this.#rows('entries', range).map((row) => this.#expect(toEntry(row), 'an entry that is none'));
  }

  leaves(from: number, to: number): readonly Leaf[] {
    const leaves = this.#rows('leaves', { from, to }).map((row) =>
      this.#expect(toLeaf(row), 'an entry that is none'),
    );
    if (leaves.length !== to - from)
      throw corruptJournal(this.#sqlite.file, `a gap among entries ${from} to ${to}`);
    return leaves;
  }

  tree(): CompactRange {
    const [row] = this.#sqlite.all({ sql: 'SELECT size, hashes FROM tree', parameters: [] });
    return this.#expect(toRange(row), 'no tree');
  }

  pending(change: ChangeId): readonly Signal[] {
    const sql = 'SELECT * FROM signals WHERE change = ? AND consumed_at IS NULL ORDER BY sequence';
    return this.#sqlite
      .all({ sql, parameters: [change] })
      .map((row) => this.#expect(toSignal(row), 'a signal that is none'));
  }

  #rows(what: 'entries' | 'leaves', { from = 0, to, change, types }: Range): readonly Row[] {
    const conditions = ['"index" >= ?'];
    const parameters: (number | string)[] = [from];
    if (to !== undefined) {
      conditions.push('"index" < ?');
      parameters.push(to);
    }
    if (change !== undefined) {
      conditions.push('change = ?');
      parameters.push(change);
    }
    if (types !== undefined) {
      conditions.push('type IN (SELECT value FROM json_each(?))');
      parameters.push(JSON.stringify(types));
    }
    const columns = `"index", at, type, change, actor, data${what === 'leaves' ? ', leaf_hash' : ''}`;
    const sql = `SELECT ${columns} FROM entries WHERE ${conditions.join(' AND ')} ORDER BY "index"`;
    return this.#sqlite.all({ sql, parameters });
  }

  #expect<T>(value: T | undefined, otherwise: string): T {
    if (value === undefined) throw corruptJournal(this.#sqlite.file, otherwise);
    return value;
  }
}
