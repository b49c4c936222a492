import { setTimeout as sleep } from 'node:timers/promises';
import { Limiter } from '../../domain/limiter.ts';
import { plainText } from '../../domain/plain.ts';
import { type ChangeState, foldChange } from '../../engine/state.ts';
import type {
  AgentChanges,
  AgentDesk,
  AgentSubmitted,
  AgentSubmittedFiles,
  Allowed,
  AllowedQuestion,
  ChangesWanted,
  FilesWish,
  SubmitWish,
  Waited,
  WaitHooks,
  WaitWish,
} from '../../server/mcp/desk.ts';
import { type AgentChange, agentChange } from '../../views/agents/agent-change.ts';
import { agentLine } from '../../views/agents/agent-line.ts';
import { type AgentStatus, agentStatus } from '../../views/agents/agent-status.ts';
import type { LedgerChange } from '../../views/ledger.ts';
import { waitingFor } from '../../views/waiting.ts';
import { explainChange } from '../journal/explain.ts';
import { controlPlaneOf, readStatus } from '../journal/status.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { submitTo } from '../submit.ts';
import { AllowedReader } from './allowed.ts';
import { AtOnce } from './at-once.ts';
import { commitFiles, topicRef } from './commit-files.ts';
import { JournalAtHand } from './journal-at-hand.ts';
import { mayEnter, mayEnterAs } from './open-changes.ts';

const lookEveryMs = 250;
const mostTitle = 200;
const tellEverySeconds = 5;

/** What the agents of one process share. */
export class Desks {
  readonly journal: JournalAtHand;
  readonly allowed: AllowedReader;
  /** One at a time, so that each sees what the one before has handed in. */
  readonly submitting = new Limiter(1);
  readonly waits = new AtOnce(16, 'waits');
  readonly asking = new AtOnce(4, 'questions about what is allowed');

  constructor(options: PlaceOptions) {
    this.journal = new JournalAtHand(options);
    this.allowed = new AllowedReader(this.journal);
  }

  /** `source`: who asks, such as `agent:codex`; whoever let the agent in says so, never the agent. */
  of(source: string): AgentDesk {
    return new Desk(this, source);
  }

  close(): void {
    this.journal.close();
  }
}

class Desk implements AgentDesk {
  readonly #shared: Desks;
  readonly #source: string;

  constructor(shared: Desks, source: string) {
    this.#shared = shared;
    this.#source = source;
  }

  submit({ ref, title }: SubmitWish): Promise<AgentSubmitted> {
    return this.#handIn((repository) => this.#submitTo(repository, ref, title));
  }

  submitFiles(wish: FilesWish): Promise<AgentSubmittedFiles> {
    return this.#handIn(async (repository) => {
      const ref = topicRef(this.#source, wish.topic);
      // Before anything is written.
      mayEnterAs({ source: this.#source, ref }, await repository.ledger(), repository.clock.now());
      const title = plainText(wish.title, mostTitle).trim() || wish.topic;
      const head = await commitFiles(repository, ref, { ...wish, title });
      return { ...(await this.#submitTo(repository, ref, title)), ref, head };
    });
  }

  /** Makes no state: a mistyped `--state` must not become an autoland of its own that nobody runs. */
  #handIn<T>(act: (repository: Repository) => Promise<T>): Promise<T> {
    return this.#shared.submitting.run(async () => {
      await using repository = await openRepository(this.#shared.journal.options, 'update');
      return await act(repository);
    });
  }

  async #submitTo(repository: Repository, ref: string, title?: string): Promise<AgentSubmitted> {
    const who = { actor: this.#source, source: this.#source, dryRun: false };
    const wish = title === undefined ? { ref, ...who } : { ref, title: plainText(title, mostTitle), ...who };
    const { change, isNew, supersedes } = await submitTo(repository, wish, (proposal, ledger) =>
      mayEnter(proposal, ledger, repository.clock.now()),
    );
    return { change, isNew, supersedes, running: controlPlaneOf(repository.place) !== null };
  }

  async change(id: string): Promise<AgentChange> {
    const repository = await this.#shared.journal.read();
    const view = await explainChange(repository, id);
    return agentChange(view, await repository.change(view.id));
  }

  async changes({ state, mine, limit }: ChangesWanted): Promise<AgentChanges> {
    const repository = await this.#shared.journal.read();
    const all = [...(await repository.ledger()).changes.values()].reverse();
    const wanted = all.filter(
      (one) =>
        (state === 'all' || (one.conclusion === null) === (state === 'under way')) &&
        (!mine || one.proposal.source === this.#source),
    );
    const lineOf = async (one: LedgerChange) =>
      agentLine(one, one.conclusion === null ? (await repository.change(one.id)).state : undefined);
    const changes = await Promise.all(wanted.slice(0, limit).map(lineOf));
    return { changes, more: Math.max(0, wanted.length - limit) };
  }

  async status(): Promise<AgentStatus> {
    const repository = await this.#shared.journal.read();
    const all = [...(await repository.ledger()).changes.values()];
    return agentStatus(
      await readStatus(repository),
      all.filter(({ conclusion }) => conclusion === null).length,
    );
  }

  allowed(question: AllowedQuestion): Promise<Allowed> {
    const { asking, allowed } = this.#shared;
    return asking.run(this.#source, () => allowed.answer(question, this.#source));
  }

  wait(wish: WaitWish, during: WaitHooks): Promise<Waited> {
    return this.#shared.waits.run(this.#source, () => this.#wait(wish, during));
  }

  async #wait({ change: id, seconds, until }: WaitWish, { signal, onLook }: WaitHooks): Promise<Waited> {
    const began = performance.now();
    let { state } = await (await this.#shared.journal.read()).change(id);
    const first = placeOf(state);
    for (let told = -tellEverySeconds; ; ) {
      const passed = (performance.now() - began) / 1000;
      const came = state.stage === null || (until === 'next' && placeOf(state) !== first);
      if (came || passed >= seconds || signal.aborted) return this.#waited(state.id, came);
      if (passed >= told + tellEverySeconds) {
        told = passed;
        await onLook(Math.round(passed), state.stage ?? '');
      }
      await sleep(Math.min(lookEveryMs, 1000 * (seconds - passed)), undefined, { signal }).catch(() => {});
      const { store } = await this.#shared.journal.read();
      state = foldChange(await store.read({ change: state.id, from: state.upTo + 1 }), state) ?? state;
    }
  }

  /** It may have ended in this very moment. */
  async #waited(id: string, came: boolean): Promise<Waited> {
    const change = await this.change(id);
    return { came: came || change.stage === null, change };
  }
}

function placeOf(state: ChangeState): string {
  return JSON.stringify([state.stage, waitingFor(state)]);
}
