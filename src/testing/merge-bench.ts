import { DsseAttestor } from '../adapters/attestor/dsse-attestor.ts';
import { DsseVerifier } from '../adapters/attestor/dsse-verifier.ts';
import { type LocalGitHost, openGitHost } from '../adapters/git-host/local/local-git-host.ts';
import { bot, TestRepository } from '../adapters/git-host/local/test-repository.ts';
import type { Proposal } from '../domain/change.ts';
import type { NewEvent } from '../domain/journal.ts';
import type { Classification } from '../domain/stage.ts';
import { trailersOf } from '../domain/trailers.ts';
import { submit } from '../engine/submit.ts';
import { sampleClassification } from './changes.ts';
import { MemoryControls } from './memory-controls.ts';
import { MemoryKeyRing } from './memory-keys.ts';
import { MemoryRules } from './memory-rules.ts';
import { StageBench, sampleProposal } from './stage-bench.ts';

/** A branch with one commit, and a change on top of it that has passed everything up to the merge. */
export class MergeBench {
  readonly repository: TestRepository;
  readonly git: LocalGitHost;
  readonly bench: StageBench;
  readonly rules = new MemoryRules();
  readonly controls = new MemoryControls();
  readonly keyRing: MemoryKeyRing;
  /** The tip that it was tested on, and what would be merged. */
  readonly base: string;
  readonly head: string;
  readonly tree: string;

  static async open(over: Partial<Classification> = {}): Promise<MergeBench> {
    const repository = new TestRepository();
    const keyRing = new MemoryKeyRing();
    const git = await openGitHost({ dir: repository.dir, keyRing, bot });
    const base = repository.seed([{ path: 'a', mode: '100644', content: '1\n' }]);
    const changed = repository.seed([{ path: 'a', mode: '100644', content: '2\n' }]);
    const tree = repository.git(['rev-parse', `${changed}^{tree}`]);
    const head = repository.commit(tree, [base], 'change');
    const bench = await StageBench.open({ ...sampleProposal, head });
    const made = new MergeBench({ repository, git, bench, keyRing, commits: { base, head, tree } });
    made.#pointMain(base);
    await made.#passed(base, over);
    return made;
  }

  constructor(parts: {
    repository: TestRepository;
    git: LocalGitHost;
    bench: StageBench;
    keyRing: MemoryKeyRing;
    commits: { base: string; head: string; tree: string };
  }) {
    this.repository = parts.repository;
    this.git = parts.git;
    this.bench = parts.bench;
    this.keyRing = parts.keyRing;
    this.base = parts.commits.base;
    this.head = parts.commits.head;
    this.tree = parts.commits.tree;
  }

  async close(): Promise<void> {
    this.bench.close();
    await this.git.close();
    this.repository.remove();
  }

  ports() {
    return {
      git: this.git,
      rules: this.rules,
      controls: this.controls,
      ledger: () => this.bench.ledger(),
      autonomy: () => this.bench.autonomy(),
      auditLog: this.bench.auditLog,
      attestor: new DsseAttestor(this.keyRing),
      attestations: new DsseVerifier(this.keyRing),
      nonce: () => 'nonce',
    };
  }

  /** The same change has lost a race, and passed again on what the branch holds now. */
  async retest(over: Partial<Classification> = {}): Promise<void> {
    const data = { stage: 'merge', round: 0, reason: 'moved' };
    const raced = { type: 'stage.raced', change: this.bench.id, actor: 'test', data };
    await this.bench.store.append({ events: [raced] });
    await this.#passed(await this.git.resolve('main'), over);
  }

  /** Somebody else lands a commit on whatever the branch holds. */
  push(name: string): string {
    const tip = this.repository.git(['rev-parse', 'main']);
    const blob = this.repository.blob(name);
    const rows = this.repository.git(['ls-tree', tip]).split('\n');
    const listed = [...rows, `100644 blob ${blob}\tfrom-${name}`].join('\n');
    const commit = this.repository.commit(
      this.repository.git(['mktree'], { input: `${listed}\n` }),
      [tip],
      name,
    );
    this.#pointMain(commit);
    return commit;
  }

  /** The commits of the branch that carry our trailer, newest first. */
  async landed(): Promise<readonly string[]> {
    const history = await this.git.history(null, await this.git.resolve('main'));
    return history
      .filter(({ message }) => trailersOf(message).get('Autoland-Change') === this.bench.id)
      .map(({ sha }) => sha);
  }

  /** Another change of the same journal, as far as its events say. */
  async another(
    over: Partial<Proposal>,
    events: readonly Omit<NewEvent, 'change' | 'actor'>[],
  ): Promise<string> {
    const ports = { journal: this.bench.store, outbox: this.bench.store, clock: this.bench.clock };
    const proposal = { ...sampleProposal, ref: 'refs/heads/other', ...over };
    const { change } = await submit(ports, await this.bench.ledger(), proposal, 'test');
    const next = { kind: 'never' } as const;
    await this.bench.store.append({
      events: events.map((event) => ({ ...event, change, actor: 'test' })),
      schedule: { change, next },
    });
    return change;
  }

  async adopt(commit: string): Promise<void> {
    const data = { service: 'shop', commit, digest: 'sha256:0' };
    await this.bench.store.append({ events: [{ type: 'service.stable', actor: 'person:a', data }] });
  }

  #pointMain(commit: string): void {
    this.repository.git(['update-ref', 'refs/heads/main', commit]);
  }

  async #passed(base: string, over: Partial<Classification>): Promise<void> {
    await this.bench.given({
      classify: sampleClassification({ base, tree: this.tree }, over),
      guardrails: { verdict: 'pass', results: [] },
      judge: { verdict: 'not-configured', reasons: [] },
      policy: this.rules.permit(),
    });
  }
}
