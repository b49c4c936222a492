import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { NpmRegistry } from '../adapters/registry/npm-registry.ts';
import {
  type DependencyAgentReport,
  type DependencyAgentSettings,
  runDependencyAgent,
} from '../agents/dependency/run.ts';
import type { Dialect } from '../domain/lockfile.ts';
import type { Advisories } from '../ports/advisories.ts';
import { sampleSettings, unaskedAdvisories } from './dependency-settings.ts';
import { HostSandbox } from './host-sandbox.ts';
import { lockfileNames, sampleLocked } from './lock-samples.ts';
import { sampleChecksum, sampleIntegrity } from './npm-samples.ts';
import { TempGit } from './temp-git.ts';
import type { TestPackage, TestRegistry } from './verdaccio.ts';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

export function oldPackage(name: string, version: string, over: Partial<TestPackage> = {}): TestPackage {
  const files = { 'index.js': `module.exports = '${version}';` };
  return { name, version, files, publishedAt: '2020-01-01T00:00:00.000Z', ...over };
}

/** `aa` with a newer version and one that is too young, and a package that needs it. */
export const managedPackages: readonly TestPackage[] = [
  oldPackage('aa', '1.0.0'),
  oldPackage('aa', '1.1.0'),
  oldPackage('aa', '1.2.0', { publishedAt: '2025-12-31T00:00:00.000Z' }),
  oldPackage('@s/bb', '1.0.0', { manifest: { dependencies: { aa: '^1.0.0' } } }),
];

/** A project whose package manager comes from a real registry, and the agent that updates it. Trusts what it runs. */
export class ManagerStage {
  readonly git = new TempGit();
  readonly sandbox: HostSandbox;
  readonly #workspace = mkdtempSync(join(tmpdir(), 'autoland-test-managers-'));
  readonly #verdaccio: TestRegistry;

  constructor(verdaccio: TestRegistry) {
    this.#verdaccio = verdaccio;
    this.sandbox = new HostSandbox(verdaccio.url);
  }

  /** Answers what was left in the workspace. */
  close(): readonly string[] {
    const left = readdirSync(this.#workspace);
    this.sandbox.remove();
    this.git.remove();
    rmSync(this.#workspace, { recursive: true, force: true });
    return left;
  }

  run(
    over: Partial<DependencyAgentSettings> = {},
    advisories: Advisories = unaskedAdvisories,
  ): Promise<DependencyAgentReport> {
    const registry = new NpmRegistry({ settings: { registry: this.#verdaccio.url } });
    const own = { git: this.git, sandbox: this.sandbox, workspace: this.#workspace };
    const deps = { ...own, registry, advisories };
    return runDependencyAgent(deps, { ...sampleSettings, ...over });
  }

  async text(commit: string, path: string): Promise<string> {
    return (await this.git.readFile(commit, path))?.toString('utf8') ?? '';
  }

  /** What npm, or the program of a manager that is installed here, makes of these files, with the whole registry in reach. */
  async lockedBy(program: string, files: Readonly<Record<string, string>>, lock: string): Promise<string> {
    const dir = join(this.#workspace, 'first');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const result = await this.sandbox.run({
      argv: program === 'npm' ? ['npm', 'install'] : ['node', join(modules, program), 'install'],
      cwd: '/first',
      env: {
        pnpm_config_registry: this.#verdaccio.url,
        YARN_NPM_REGISTRY_SERVER: this.#verdaccio.url,
        YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
        YARN_ENABLE_TELEMETRY: '0',
        YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
      },
      mounts: [{ source: dir, target: '/first', mode: 'write' }],
      network: 'registry',
      limits: { seconds: 60, memoryMiB: 1024, processes: 64, diskMiB: 64, outputKiB: 64 },
    });
    if (result.kind !== 'exited' || result.code !== 0) throw new Error(`${result.stdout}${result.stderr}`);
    const text = readFileSync(join(dir, lock), 'utf8');
    rmSync(dir, { recursive: true });
    return text.replaceAll(this.#verdaccio.url, 'https://registry.yarnpkg.com/');
  }

  /** As its manager left it when 1.0.0 of `aa` and `@s/bb` was the newest there is. */
  async project(dialect: Dialect, packageManager: string | undefined): Promise<Record<string, string>> {
    const packages = [
      { name: 'aa', version: '1.0.0', range: '^1.0.0' },
      { name: '@s/bb', version: '1.0.0', range: '1.0.0', needs: { aa: '^1.0.0' } },
    ];
    const files = sampleLocked(dialect, packages);
    let lock = (files[lockfileNames[dialect]] ?? '').replace('version: 8', 'version: 10');
    const registry = new NpmRegistry({ settings: { registry: this.#verdaccio.url } });
    for (const { name, version } of packages) {
      const real = await registry.manifest(name, version);
      const shasum = await this.#shasumOf(name, version);
      const file = `${name.split('/').at(-1)}-${version}.tgz`;
      lock = lock
        .replace(`${file}#${'0'.repeat(40)}`, `${file}#${shasum}`)
        .replaceAll(sampleIntegrity(name, version), real?.integrity ?? '')
        .replaceAll(sampleChecksum(name, version), real?.yarnChecksum ?? '');
    }
    const manifest = { ...JSON.parse(files['package.json'] ?? ''), packageManager };
    return { 'package.json': `${JSON.stringify(manifest, null, 2)}\n`, [lockfileNames[dialect]]: lock };
  }

  async #shasumOf(name: string, version: string): Promise<string> {
    const answer = await fetch(`${this.#verdaccio.url}${name.replace('/', '%2f')}/${version}`);
    return z.object({ dist: z.object({ shasum: z.string() }) }).parse(await answer.json()).dist.shasum;
  }
}
