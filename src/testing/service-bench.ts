import { DsseAttestor } from '../adapters/attestor/dsse-attestor.ts';
import { DsseVerifier } from '../adapters/attestor/dsse-verifier.ts';
import { serviceSpec } from '../config/plans.ts';
import { type Config, type ServiceConfig, serviceNamed } from '../config/schema.ts';
import type { FileChange } from '../domain/change.ts';
import type { StageData } from '../domain/stage.ts';
import type { GitCommit } from '../ports/git-host.ts';
import type { SelfReportSource } from '../ports/self-reports.ts';
import { sampleClassification } from './changes.ts';
import { MemoryControls } from './memory-controls.ts';
import { MemoryFlags } from './memory-flags.ts';
import { MemoryKeyRing } from './memory-keys.ts';
import { MemoryBuilder, MemoryReleases } from './memory-releases.ts';
import { MemoryRules } from './memory-rules.ts';
import { MemoryRuntime } from './memory-runtime.ts';
import { MemoryWitness } from './memory-witness.ts';
import { recorded } from './recorded.ts';
import { StageBench } from './stage-bench.ts';

export const stable = `sha256:${'a'.repeat(64)}`;
export const candidate = `sha256:${'b'.repeat(64)}`;
export const adminStable = `sha256:${'1'.repeat(64)}`;
export const adminCandidate = `sha256:${'2'.repeat(64)}`;
export const commits = { stable: '1'.repeat(40), merge: '2'.repeat(40) };

/** The candidate, as the release stage reports it. */
export const released: Extract<StageData['release'], { deploys: true }> = {
  deploys: true,
  service: 'shop',
  digest: candidate,
  stable,
  restores: false,
  expires: '2100-01-01T00:00:00.000Z',
};

/** A service that runs its stable version, and a merged change on its way into production. */
export class ServiceBench {
  readonly bench: StageBench;
  readonly rules = new MemoryRules();
  readonly controls = new MemoryControls();
  readonly releases = new MemoryReleases();
  readonly attestor: DsseAttestor;
  readonly attestations: DsseVerifier;
  readonly builder: MemoryBuilder;
  /** Commits of the branch after stable, oldest first. */
  history: readonly string[] = [commits.merge];
  /** Between stable and the merge. */
  diff: readonly FileChange[] = [];
  /** How commits say that the service is run, where they say it otherwise than the rules. */
  readonly services = new Map<string, ServiceConfig>();
  /** The last words of versions that are never healthy. */
  readonly dying = new Map<string, string>();
  /** Every call of flags, runtime and witness, in order. */
  readonly calls: string[] = [];
  readonly flags: MemoryFlags;
  readonly runtime: MemoryRuntime;
  readonly witness: MemoryWitness;
  /** What versions say of themselves: nothing, until a test says otherwise. */
  reports: SelfReportSource = { reports: async () => [] };
  #nonces = 0;

  static async open(): Promise<ServiceBench> {
    const made = new ServiceBench(await StageBench.open());
    const data = { service: 'shop', commit: commits.stable, digest: stable };
    await made.bench.store.append({ events: [{ type: 'service.stable', actor: 'person:a', data }] });
    await made.admit(stable);
    await made.runtime.start(made.spec(), stable);
    await made.runtime.route({ service: 'shop', stable, candidate: null });
    await made.bench.given({
      classify: sampleClassification({ base: commits.stable, tree: 'c'.repeat(40) }),
      guardrails: { verdict: 'pass', results: [] },
      judge: { verdict: 'not-configured', reasons: [] },
      policy: made.rules.permit(),
      merge: { commit: commits.merge, onto: commits.stable },
    });
    return made;
  }

  /** The same, with the candidate running in the dark. */
  static async released(): Promise<ServiceBench> {
    const made = await ServiceBench.open();
    await made.admit(candidate);
    await made.runtime.start(made.spec(), candidate);
    await made.bench.given({ release: released });
    made.calls.length = 0;
    return made;
  }

  constructor(bench: StageBench) {
    this.bench = bench;
    const keyRing = new MemoryKeyRing();
    this.attestor = new DsseAttestor(keyRing);
    this.attestations = new DsseVerifier(keyRing);
    this.builder = new MemoryBuilder(this.releases, this.attestor);
    const runtime = new MemoryRuntime({
      admits: (digest, name) => this.#isAdmitted(digest, name),
      diesWith: (digest) => this.dying.get(digest),
    });
    const flags = new MemoryFlags();
    this.flags = recorded(this.calls, 'flags', flags);
    this.runtime = recorded(this.calls, 'runtime', runtime);
    this.witness = recorded(this.calls, 'witness', new MemoryWitness(bench.clock, flags, runtime));
  }

  close(): void {
    this.bench.close();
  }

  ports() {
    const git = {
      history: async (): Promise<readonly GitCommit[]> =>
        this.history.map((sha) => ({ sha, tree: '', parents: [], at: new Date(0), message: '' })),
      diff: async () => this.diff,
    };
    return {
      git,
      serviceAt: async (commit: string, name: string) => this.services.get(commit) ?? this.service(name),
      rules: this.rules,
      controls: this.controls,
      ledger: () => this.bench.ledger(),
      autonomy: () => this.bench.autonomy(),
      builder: this.builder,
      releases: this.releases,
      runtime: this.runtime,
      flags: this.flags,
      witness: this.witness,
      reports: this.reports,
      auditLog: this.bench.auditLog,
      attestor: this.attestor,
      attestations: this.attestations,
      nonce: () => {
        this.#nonces += 1;
        return `n${this.#nonces}`;
      },
    };
  }

  service(name = 'shop'): ServiceConfig {
    const service = serviceNamed(this.rules.rules.config, name);
    if (service === undefined) throw new Error(`the rules have no service ${name}`);
    return service;
  }

  spec() {
    return serviceSpec(this.service());
  }

  /** The gate's word for a digest, as the release stage gives it. */
  async admit(digest: string, name = 'shop'): Promise<void> {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1' as const,
      subject: [{ name, digest: { sha256: digest.slice('sha256:'.length) } }] as const,
      predicateType: 'test',
      predicate: {},
    };
    await this.releases.attach(digest, `gate-${name}`, await this.attestor.sign('gate', statement));
  }

  /** Its processes end, and nobody starts them again. */
  async die(digest: string): Promise<void> {
    this.runtime.die('shop', digest);
  }

  /** What users get. */
  async route(name = 'shop') {
    return (await this.runtime.routes()).find(({ service }) => service === name);
  }

  /** A second service, which runs a version of its own. */
  async alsoAdmin(): Promise<void> {
    this.rules.rules = { ...this.rules.rules, config: twoServices(this.rules.rules.config) };
    const data = { service: 'admin', commit: commits.stable, digest: adminStable };
    await this.bench.store.append({ events: [{ type: 'service.stable', actor: 'person:a', data }] });
    await this.admit(adminStable, 'admin');
    await this.runtime.start(serviceSpec(this.service('admin')), adminStable);
    await this.runtime.route({ service: 'admin', stable: adminStable, candidate: null });
  }

  async running(): Promise<readonly string[]> {
    return (await this.runtime.running()).map(({ digest }) => digest);
  }

  async #isAdmitted(digest: string, name: string): Promise<boolean> {
    const gate = await this.releases.attached(digest, `gate-${name}`);
    if (gate === undefined) return false;
    return this.attestations.verify('gate', gate, digest).then(
      () => true,
      () => false,
    );
  }
}

function twoServices(config: Config): Config {
  const { service } = config;
  if (service === null) throw new Error('the rules have one service');
  return { ...config, service: null, services: [service, { ...service, name: 'admin' }] };
}
