import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DependencyAgentReport,
  type DependencyAgentSettings,
  runDependencyAgent,
} from '../agents/dependency/run.ts';
import type { Advisories } from '../ports/advisories.ts';
import { sampleSettings, unaskedAdvisories } from './dependency-settings.ts';
import { HostSandbox } from './host-sandbox.ts';
import { HttpRegistry } from './http-registry.ts';
import { MemoryRegistry, sampleEntry, sampleProject } from './npm-samples.ts';
import { TempGit } from './temp-git.ts';

/** A project, a registry in memory that npm reaches over HTTP, and the agent that updates the one from the other. */
export class UpdateStage {
  readonly git = new TempGit();
  readonly registry: MemoryRegistry;
  readonly #http: HttpRegistry;
  readonly sandbox: HostSandbox;
  readonly #workspace = mkdtempSync(join(tmpdir(), 'autoland-test-updates-'));

  private constructor(registry: MemoryRegistry, http: HttpRegistry) {
    this.registry = registry;
    this.#http = http;
    this.sandbox = new HostSandbox(http.url);
  }

  static async open(): Promise<UpdateStage> {
    const registry = new MemoryRegistry();
    return new UpdateStage(registry, await HttpRegistry.start(registry));
  }

  async close(): Promise<void> {
    await this.#http.stop();
    this.sandbox.remove();
    this.git.remove();
    rmSync(this.#workspace, { recursive: true, force: true });
  }

  async textIn(commit: string, path: string): Promise<string> {
    return (await this.git.readFile(commit, path))?.toString('utf8') ?? '';
  }

  run(
    over: Partial<DependencyAgentSettings> = {},
    advisories: Advisories = unaskedAdvisories,
  ): Promise<DependencyAgentReport> {
    const { git, registry } = this;
    const own = { sandbox: this.sandbox, workspace: this.#workspace };
    return runDependencyAgent({ ...own, git, registry, advisories }, { ...sampleSettings, ...over });
  }
}

/** A project that asks for ejs by that range, and has 2.6.1 locked. */
export function ejsProject(range: string) {
  return sampleProject({ dependencies: { ejs: range } }, { 'node_modules/ejs': sampleEntry('ejs', '2.6.1') });
}
