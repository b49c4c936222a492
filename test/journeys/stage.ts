import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../src/adapters/remove-tree.ts';
import type { Entry } from '../../src/domain/journal.ts';
import { type ChangeView, lastExposure, viewChange } from '../../src/views/change-view.ts';
import type { StatusView } from '../../src/views/status-view.ts';
import { readStatus } from '../../src/wiring/journal/status.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { type Answer, type CliOptions, collect, processesNaming, runCli, spawnCli, until } from './cli.ts';
import { greeter } from './greeter.ts';
import { BareRepository, type Files } from './repository.ts';
import { Users } from './users.ts';

const ends: ReadonlySet<string> = new Set(['landed', 'refused', 'held', 'rolled-back', 'superseded']);

export function hasEnded({ state }: ChangeView): boolean {
  return ends.has(state);
}

type Ready = { readonly services: readonly { readonly service: string; readonly url: string }[] };

/** One repository with an autoland of its own, run as a person runs it. */
export class Stage {
  readonly dir: string;
  readonly repo: BareRepository;
  readonly state: string;
  /** Where each service is served, by its name, as the last `up` has said. */
  urls: ReadonlyMap<string, string> = new Map();
  readonly #env: Readonly<Record<string, string>>;
  #up: ChildProcess | undefined;
  #output: () => { stdout: string; stderr: string } = () => ({ stdout: '', stderr: '' });
  #users: Users | undefined;

  /** `changed` goes over the greeter's own files. */
  constructor(changed: Files = {}, env: Readonly<Record<string, string>> = {}) {
    this.dir = mkdtempSync(join(tmpdir(), 'autoland-journey-'));
    // The sandbox's own user passes through it.
    chmodSync(this.dir, 0o711);
    this.state = join(this.dir, 'state');
    this.repo = new BareRepository(join(this.dir, 'greeter.git'), { ...greeter, ...changed });
    this.#env = env;
  }

  get where(): readonly string[] {
    return ['--repo', this.repo.dir, '--state', this.state];
  }

  get users(): Users {
    if (this.#users === undefined) throw new Error('nobody has come yet');
    return this.#users;
  }

  /** What `up` has said until now. */
  get said(): string {
    const { stdout, stderr } = this.#output();
    return `${stdout}\n${stderr}`;
  }

  /** Starts `up` with our pipe as its life line; answers the URL of its first service once it is ready. */
  async up(...more: readonly string[]): Promise<string> {
    const args = ['up', ...this.where, '--port', '0', '--allow-unsigned-policy', '--ephemeral', '--json'];
    const child = spawnCli([...args, ...more], { env: this.#env });
    this.#up = child;
    this.#output = collect(child);
    const look = () => {
      if (child.exitCode !== null) throw new Error(`up ended with ${child.exitCode}: ${this.said}`);
      const line = this.#output()
        .stdout.split('\n')
        .find((text) => text.includes('"ready"'));
      return line === undefined ? undefined : (JSON.parse(line) as Ready);
    };
    const { services } = await until(look, () => this.said);
    this.urls = new Map(services.map(({ service, url }) => [service, url]));
    return services[0]?.url ?? '';
  }

  /** Users must have come before a rollout, so that there is something to compare with. */
  async open(url: string, count?: number): Promise<void> {
    const users = new Users(url, count).start();
    this.#users = users;
    await until(
      () => ((users.statuses.get(200) ?? 0) > 250 ? true : undefined),
      () => JSON.stringify([...users.statuses]),
    );
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<Answer> {
    return runCli([...args, ...this.where], { ...options, env: { ...this.#env, ...options.env } });
  }

  /** Runs a command that must succeed, with `--json`. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    if (code !== 0) throw new Error(`autoland ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  status(): Promise<StatusView> {
    return this.json<StatusView>('status');
  }

  explain(change: string): Promise<ChangeView> {
    return this.json<ChangeView>('explain', change);
  }

  /** Pushes a branch and hands it in. */
  async submit(
    files: Files,
    options: { branch?: string; onto?: string; source?: string } = {},
  ): Promise<string> {
    const branch = options.branch ?? `change-${Math.random().toString(36).slice(2, 8)}`;
    this.repo.push(branch, files, options.onto ?? this.repo.tip());
    const source = options.source === undefined ? [] : ['--source', options.source];
    return (await this.json<{ change: string }>('submit', `refs/heads/${branch}`, ...source)).change;
  }

  /** The journal of a change, or of everything. */
  async journal(change?: string): Promise<readonly Entry[]> {
    const only = change === undefined ? [] : ['--change', change];
    const { stdout } = await this.run(['audit', 'show', ...only, '--json']);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Entry);
  }

  /** Waits until the change has ended; answers what `explain` says of it. */
  async ended(change: string): Promise<ChangeView> {
    await this.reached(change, hasEnded);
    return this.explain(change);
  }

  /** Waits until the change is as wanted. Looks by itself: a process for each look would be the load of the test. */
  async reached(
    change: string,
    wanted: (view: ChangeView) => boolean,
    meanwhile?: () => Promise<void>,
  ): Promise<ChangeView> {
    let last: ChangeView | undefined;
    const look = async () => {
      await using repository = await openRepository({ repo: this.repo.dir, state: this.state }, 'read');
      const { state, entries } = await repository.change(change);
      last = viewChange(state, lastExposure(entries));
      if (wanted(last)) return last;
      await meanwhile?.();
      return undefined;
    };
    return until(look, () => `${JSON.stringify(last)}\n${this.said}`);
  }

  /** Waits for an entry of the journal that is as wanted. */
  async until(type: string, wanted: (entry: Entry) => boolean): Promise<Entry> {
    const look = async () => {
      await using repository = await openRepository({ repo: this.repo.dir, state: this.state }, 'read');
      return (await repository.store.read({ types: [type] })).find(wanted);
    };
    return until(look, () => this.said);
  }

  /** As `status` says it, without a process of its own. */
  async candidate(): Promise<StatusView['services'][number]['candidate']> {
    await using repository = await openRepository({ repo: this.repo.dir, state: this.state }, 'read');
    return (await readStatus(repository)).services[0]?.candidate ?? null;
  }

  /** Ends `up` by its life line; answers its exit code. */
  async down(): Promise<number | null> {
    const child = this.#up;
    this.#up = undefined;
    this.#users?.end();
    if (child === undefined) return null;
    child.stdin?.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  /** Ends everything, and finds out whether that was everything. */
  async close(): Promise<void> {
    await this.down();
    try {
      await until(
        () => (processesNaming(this.dir).length === 0 ? true : undefined),
        () => `left running: ${processesNaming(this.dir).join('\n')}`,
      );
    } finally {
      await removeTree(this.dir);
    }
  }
}
