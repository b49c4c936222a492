import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type SqliteStore } from '../adapters/store/sqlite-store.ts';
import { type ChangeClass, changeIdOf, type Proposal } from '../domain/change.ts';
import type { Entry, NewEvent } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StageData, StageName } from '../domain/stage.ts';
import { type BoundStage, leaseMs } from '../engine/bound-stage.ts';
import { type ChangeState, foldChange } from '../engine/state.ts';
import { step } from '../engine/step.ts';
import { submit } from '../engine/submit.ts';
import type { AuditLog, Checkpoint } from '../ports/audit-log.ts';
import type { Journal } from '../ports/journal.ts';
import { type Autonomy, autonomyTypes, foldAutonomy } from '../views/autonomy.ts';
import { foldLedger, type Ledger } from '../views/ledger.ts';
import { manualClock } from './contracts/journal.ts';
import { ramDirectory } from './ram-directory.ts';

/** What a killed process has in common with every later call of it: nothing is written any more. */
class Killed extends Error {}

/** One change in a real journal, driven by the real engine one stage call at a time; the test moves the clock and kills the process. */
export class StageBench {
  readonly clock = manualClock();
  readonly auditLog: MemoryAuditLog;
  readonly id: string;
  readonly store: SqliteStore;
  readonly #dir: string;
  /** The journal as the process sees it that a test kills. */
  readonly journal: MortalJournal;

  static async open(proposal: Proposal = sampleProposal): Promise<StageBench> {
    const bench = await StageBench.#empty(changeIdOf(proposal));
    const ports = { journal: bench.store, outbox: bench.store, clock: bench.clock };
    await submit(ports, await bench.ledger(), proposal, proposal.source);
    return bench;
  }

  /** What another process finds that comes when so much was journalled. */
  static async resume(entries: readonly Entry[]): Promise<StageBench> {
    const change = entries[0]?.change ?? '';
    const bench = await StageBench.#empty(change);
    const events = entries.map(({ index: _, at: __, ...event }) => event);
    const next = { kind: 'due', at: bench.clock.now() } as const;
    await bench.store.append({ events, schedule: { change, next } });
    return bench;
  }

  static async #empty(id: string): Promise<StageBench> {
    const dir = ramDirectory('autoland-stage-');
    const clock = manualClock();
    const store = await openStore({ file: join(dir, 'journal.db'), clock, mode: 'write' });
    return new StageBench({ dir, store, clock, id });
  }

  constructor(parts: { dir: string; store: SqliteStore; clock: StageBench['clock']; id: string }) {
    this.#dir = parts.dir;
    this.store = parts.store;
    this.clock = parts.clock;
    this.id = parts.id;
    this.auditLog = new MemoryAuditLog(this.store);
    this.journal = new MortalJournal(this.store);
  }

  close(): void {
    this.store.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Journals what the stages before are said to have found. */
  async given(results: { readonly [S in StageName]?: StageData[S] }): Promise<void> {
    const events = Object.entries(results).map(([stage, data]) => ({
      type: 'stage.finished',
      change: this.id,
      actor: 'test',
      data: { stage, round: 0, data: structuredClone<unknown>(data) as JsonObject },
    }));
    await this.store.append({ events });
  }

  async signal(name: string, data: JsonObject = {}, actor = 'person:alice'): Promise<void> {
    const key = `${name}/${await this.store.size()}`;
    await this.store.signal({ change: this.id, name, key, actor, data });
  }

  /** One stage call; the clock goes on until the change is due, at most a day. Answers the state after it. */
  async call(stage: Omit<BoundStage, 'name'> & { name?: StageName }): Promise<ChangeState> {
    const claim = await this.#claim();
    const state = await this.state();
    const bound = { ...stage, name: stage.name ?? state.stage ?? 'conclude' };
    const ports = { journal: this.journal, outbox: this.store, auditLog: this.auditLog, clock: this.clock };
    await step(ports, bound, state, claim).catch((thrown: unknown) => {
      if (!(thrown instanceof Killed)) throw thrown;
      this.clock.advance(leaseMs + 1);
      this.journal.revive();
    });
    return this.state();
  }

  /** Stage calls until the change is concluded. */
  async drive(run: BoundStage['run'], longest = 300): Promise<ChangeState> {
    let state = await this.state();
    for (let calls = 0; state.stage !== null; calls += 1) {
      if (calls === longest) throw new Error(`not concluded after ${longest} calls`);
      state = await this.call({ actor: 'test', run });
    }
    return state;
  }

  /** The process dies when it is about to journal such an event; the next call is another process's. */
  dieBefore(matches: (event: NewEvent) => boolean): void {
    this.journal.dieBefore(matches);
  }

  async state(): Promise<ChangeState> {
    const state = foldChange(await this.entries());
    if (state === undefined) throw new Error('nothing was proposed');
    return state;
  }

  entries(types?: readonly string[]): Promise<readonly Entry[]> {
    return this.store.read({ change: this.id, ...(types && { types }) });
  }

  async ledger(): Promise<Ledger> {
    return foldLedger(await this.store.read());
  }

  async autonomy(): Promise<Autonomy> {
    return foldAutonomy(await this.store.read({ types: autonomyTypes }));
  }

  /** Another change of a class has failed in production. */
  async demoted(changeClass: ChangeClass): Promise<void> {
    const data = { class: changeClass, from: 'deploy', to: 'propose', code: 'rollout.server-errors' };
    const event = { type: 'autonomy.demoted', change: 'chg_ffffffffffff', actor: 'deployer', data };
    await this.store.append({ events: [event] });
  }

  async #claim() {
    for (let waited = 0; waited <= 86_400_000; ) {
      const claim = await this.store.claim('test', leaseMs);
      if (claim !== undefined) return claim;
      const pause = Math.max(50, waited / 4);
      this.clock.advance(pause);
      waited += pause;
    }
    throw new Error('the change is not due within a day');
  }
}

export const sampleProposal: Proposal = {
  source: 'agent:dependency',
  title: 'Update ejs from 2.6.1 to 2.6.2',
  head: 'c'.repeat(40),
  ref: 'refs/heads/autoland/ejs',
  target: 'main',
  record: {},
};

/** Publishes nothing, and knows how much of the journal it would cover. */
export class MemoryAuditLog implements AuditLog {
  /** Entries below this index are covered by a checkpoint. */
  covered = 0;
  /** What happens before a checkpoint is durable. */
  meanwhile: () => Promise<void> = async () => {};
  readonly #journal: Pick<Journal, 'size'>;

  constructor(journal: Pick<Journal, 'size'>) {
    this.#journal = journal;
  }

  async publish(): Promise<Checkpoint> {
    const size = await this.#journal.size();
    await this.meanwhile();
    this.covered = size;
    const root = createHash('sha256').update(String(this.covered)).digest('hex');
    return { size: this.covered, root, note: '' };
  }
}

class MortalJournal implements Journal {
  readonly #journal: Journal;
  #fatal: ((event: NewEvent) => boolean) | undefined;
  #dead = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  dieBefore(matches: (event: NewEvent) => boolean): void {
    this.#fatal = matches;
  }

  revive(): void {
    this.#dead = false;
    this.#fatal = undefined;
  }

  async append(write: Parameters<Journal['append']>[0]): Promise<readonly Entry[]> {
    if (this.#fatal !== undefined && write.events.some(this.#fatal)) this.#dead = true;
    if (this.#dead) throw new Killed();
    return this.#journal.append(write);
  }

  read(range?: Parameters<Journal['read']>[0]) {
    return this.#journal.read(range);
  }

  size() {
    return this.#journal.size();
  }
}
