import { type LocalGitHost, openGitHost } from '../adapters/git-host/local/local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from '../adapters/git-host/local/test-repository.ts';
import type { Proposal } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Entry } from '../domain/journal.ts';
import type { StageContext, StageOutcome } from '../domain/stage.ts';
import type { RevertGit } from '../engine/revert.ts';
import { submit } from '../engine/submit.ts';
import type { Journal } from '../ports/journal.ts';
import { revertOf } from '../views/incident.ts';
import { RolloutBench, unhealthyCrowd } from './rollout-bench.ts';
import { commits, released, type ServiceBench, stable } from './service-bench.ts';

/** The real ones. */
type Stages = {
  readonly rollout: Parameters<typeof RolloutBench.open>[0];
  readonly conclude: (
    ctx: StageContext,
    ports: Pick<ReturnType<ServiceBench['ports']>, 'runtime' | 'flags' | 'witness'> & {
      readonly git: RevertGit;
      readonly journal: Journal;
      readonly propose: (proposal: Proposal) => Promise<string>;
    },
  ) => Promise<StageOutcome<Conclusion>>;
};

/** A change that harms users, and is taken back by the real stages over a real journal and git. */
export class IncidentBench {
  readonly rollout: RolloutBench;
  readonly service: ServiceBench;
  readonly #stages: Stages;
  readonly #git: LocalGitHost;
  readonly #repository: TestRepository;

  static async open(stages: Stages): Promise<IncidentBench> {
    const repository = new TestRepository();
    const git = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
    const base = repository.seed([{ path: 'a', mode: '100644', content: '1\n' }]);
    const next = repository.seed([{ path: 'a', mode: '100644', content: '2\n' }]);
    const merge = repository.commit(repository.git(['rev-parse', `${next}^{tree}`]), [base]);
    repository.git(['update-ref', 'refs/heads/main', merge]);
    const bench = await RolloutBench.open(stages.rollout);
    await bench.service.bench.given({ merge: { commit: merge, onto: base } });
    await bench.service.bench.given({ release: released });
    return new IncidentBench(stages, bench, { git, repository });
  }

  constructor(
    stages: Stages,
    bench: RolloutBench,
    { git, repository }: { git: LocalGitHost; repository: TestRepository },
  ) {
    this.#stages = stages;
    this.rollout = bench;
    this.service = bench.service;
    this.#git = git;
    this.#repository = repository;
  }

  async close(): Promise<void> {
    this.rollout.close();
    await this.#git.close();
    this.#repository.remove();
  }

  get id(): string {
    return this.service.bench.id;
  }

  get store() {
    return this.service.bench.store;
  }

  entries(): Promise<readonly Entry[]> {
    return this.store.read();
  }

  /** Users are exposed, then harmed, then have the stable version again. */
  async harm(): Promise<void> {
    this.service.witness.crowd = unhealthyCrowd;
    await this.rollout.ended();
  }

  /** The route, the process and the branch are put in order; answers the change that reverts it. */
  async conclude(): Promise<string> {
    const { bench, runtime, flags, witness } = this.service;
    const { store, clock } = bench;
    const ports = { journal: store, outbox: store, clock };
    await bench.call({
      actor: 'deployer',
      run: (ctx) =>
        this.#stages.conclude(ctx, {
          git: this.#git,
          journal: store,
          runtime,
          flags,
          witness,
          propose: async (proposal) =>
            (await submit(ports, await bench.ledger(), proposal, 'deployer')).change,
        }),
    });
    return revertOf(await bench.entries()) ?? '';
  }

  async landRevert(change: string): Promise<void> {
    this.service.bench.clock.advance(60_000);
    const merged = { stage: 'merge', round: 0, data: { commit: '3'.repeat(40), onto: '2'.repeat(40) } };
    const conclusion = { outcome: 'landed', code: 'landed.merged', reasons: [] };
    await this.store.append({
      events: [
        { type: 'stage.finished', actor: 'lander', change, data: merged },
        { type: 'change.concluded', actor: 'deployer', change, data: conclusion },
      ],
    });
  }

  async adopt(): Promise<void> {
    this.service.bench.clock.advance(60_000);
    const data = { service: 'shop', commit: commits.merge, tree: 't', digest: stable };
    await this.store.append({ events: [{ type: 'service.stable', actor: 'person:alice', data }] });
  }
}
