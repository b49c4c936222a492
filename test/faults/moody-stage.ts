import { join } from 'node:path';
import { readChildren } from '../../src/adapters/runtime/children-file.ts';
import { RuntimeClient } from '../../src/adapters/runtime/processes/runtime-client.ts';
import { stateLayout } from '../../src/adapters/runtime/state-layout.ts';
import type { ChangeView } from '../../src/views/change-view.ts';
import { processesNaming, until } from '../journeys/cli.ts';
import { Stage } from '../journeys/stage.ts';
import { moodyFiles } from './moody-service.ts';

/** An installation under users, of whom it is known who met which version, and whom something failed. */
export class MoodyStage extends Stage {
  /** By version: who was answered by it since the last look. */
  readonly met = new Map<string, Set<number>>();
  readonly failed = new Set<number>();
  readonly runtime = new RuntimeClient({ stateDir: this.state });

  constructor() {
    super(moodyFiles);
  }

  async begin(): Promise<void> {
    await this.open(await this.up());
    this.users.onAnswer = (user, status, version) => {
      if (status !== 200) this.failed.add(user);
      if (version === undefined) return;
      const own = this.met.get(version) ?? new Set();
      this.met.set(version, own.add(user));
    };
  }

  forget(): void {
    this.met.clear();
    this.failed.clear();
  }

  /** Every user has come at least once since; answers who met that version. */
  async crowdOf(version: string): Promise<ReadonlySet<number>> {
    await this.allCame();
    return new Set(this.met.get(version));
  }

  /** Until every user has come at least once since. */
  async allCame(): Promise<void> {
    this.forget();
    await until(
      () => (new Set([...this.met.values()].flatMap((users) => [...users])).size >= 200 ? true : undefined),
      () => `not everybody came: ${this.said}`,
    );
  }

  /** Waits until half of the users have the candidate, and nobody is under way who came before; answers its digest. */
  async exposed(not = ''): Promise<string> {
    const { digest } = await until(
      async () => {
        const candidate = await this.candidate();
        return candidate !== null && candidate.share > 0 && candidate.digest !== not ? candidate : undefined;
      },
      () => `nobody is exposed: ${this.said}`,
    );
    await this.allCame();
    return digest;
  }

  /** Waits for the end; a person says that the step has lasted long enough. */
  async advanced(change: string): Promise<ChangeView> {
    await this.json('rollout', change, '--advance');
    return this.ended(change);
  }

  /**
   * Waits until a change that was rolled back is reverted, and everybody has the version before. What follows it is of
   * the same class, which a person restores before the revert has landed: else what waits behind it is held.
   */
  async reverted({ state, reasons, class: of }: ChangeView): Promise<void> {
    const revert = /reverted by (chg_\w+)/.exec(reasons.join('\n'))?.[1];
    if (revert === undefined) throw new Error(`expected a revert of what is ${state}: ${reasons.join('; ')}`);
    await this.json('autonomy', 'restore', String(of), '--reason', 'it was a drill');
    const ended = await this.ended(revert);
    if (ended.state !== 'landed') throw new Error(`the revert ended as ${ended.code}`);
  }

  async pidsOf(digest: string): Promise<readonly number[]> {
    const running = await this.runtime.running();
    return running.filter((one) => one.digest === digest).flatMap(({ pid }) => pid ?? []);
  }

  child(name: string): number {
    const found = readChildren(stateLayout(this.state).children).find((one) => one.name === name);
    if (found === undefined) throw new Error(`expected ${name} to run`);
    return found.pid;
  }

  async stable(): Promise<string> {
    return (await this.status()).services[0]?.stable ?? '';
  }

  /** Waits until no other version runs; throws where a process of another one is left. */
  async onlyRun(...digests: readonly string[]): Promise<void> {
    const wanted = digests.toSorted().join();
    const running = async () => (await this.runtime.running()).map(({ digest }) => digest).toSorted();
    await until(
      async () => ((await running()).join() === wanted ? true : undefined),
      () => `expected ${digests.join()} alone to run: ${this.said}`,
    );
    const names = digests.map((digest) => digest.slice('sha256:'.length).slice(0, 12));
    const left = processesNaming(join(this.state, 'services'));
    const others = left.filter((line) => !names.some((name) => line.includes(name)));
    if (left.length === 0 || others.length > 0) throw new Error(`left running: ${others.join('\n')}`);
  }
}
