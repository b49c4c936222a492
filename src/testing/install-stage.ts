import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Installs } from '../adapters/test-runner/installs.ts';
import type { ReadTarball } from '../adapters/test-runner/swap-packages.ts';
import type { SandboxResult } from '../ports/sandbox.ts';
import type { Argv } from '../ports/test-runner.ts';
import { HostSandbox } from './host-sandbox.ts';
import type { TestRegistry } from './verdaccio.ts';

export const ci: Argv = ['npm', 'ci', '--ignore-scripts'];

/** Installs of a test's OWN projects, by the npm of this machine, out of a registry on loopback. */
export class InstallStage {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-install-')));
  readonly #sandbox: HostSandbox;

  constructor(registry: Pick<TestRegistry, 'url'>) {
    this.#sandbox = new HostSandbox(registry.url);
  }

  remove(): void {
    this.#sandbox.remove();
    rmSync(this.root, { recursive: true, force: true });
  }

  run(argv: Argv, dir: string): Promise<SandboxResult> {
    return this.#sandbox.run({
      argv,
      cwd: '/work',
      env: { npm_config_audit: 'false' },
      mounts: [{ source: dir, target: '/work', mode: 'write' }],
      network: 'registry',
      limits: { seconds: 300, memoryMiB: 1024, processes: 64, diskMiB: 64, outputKiB: 64 },
    });
  }

  /** A tree with the lockfile that npm makes of these dependencies. */
  async project(name: string, dependencies: Readonly<Record<string, string>>): Promise<string> {
    const tree = join(this.root, name);
    mkdirSync(tree);
    const manifest = { name: 'project', version: '1.0.0', dependencies };
    writeFileSync(join(tree, 'package.json'), JSON.stringify(manifest));
    const result = await this.run(['npm', 'install', '--package-lock-only'], tree);
    if (result.kind !== 'exited' || result.code !== 0) throw new Error(JSON.stringify(result));
    return tree;
  }

  /** `commands`: what npm was asked for. */
  installs(name: string, tarball?: ReadTarball): { installs: Installs; commands: string[] } {
    const commands: string[] = [];
    const installs = new Installs({
      dir: join(this.root, name),
      drafts: this.root,
      run: (argv, dir) => {
        commands.push(argv[1] ?? '');
        return this.run(argv, dir);
      },
      salt: '',
      tarball,
      owner: undefined,
    });
    return { installs, commands };
  }

  /** The head's install beside the base's, and what npm was asked for to make it. */
  async besideBase(base: string, head: string, tarball?: ReadTarball, argv: Argv = ci) {
    const { installs, commands } = this.installs('beside', tarball);
    await installs.keep({ tree: base, argv });
    const near = await installs.placeOf({ tree: base, argv });
    const failure = await installs.provide({ tree: head, argv, near });
    return { failure, commands: commands.slice(1) };
  }

  /** What `npm ci` makes of the same manifest and lockfile, in a directory of its own. */
  async alone(tree: string): Promise<Record<string, string>> {
    const { installs } = this.installs('alone');
    const copy = join(this.root, 'copy');
    mkdirSync(copy);
    for (const file of ['package.json', 'package-lock.json'])
      writeFileSync(join(copy, file), readFileSync(join(tree, file)));
    const failure = await installs.provide({ tree: copy, argv: ci });
    if (failure !== undefined) throw new Error(JSON.stringify(failure));
    return contentsOf(join(copy, 'node_modules'));
  }
}

/** Kind, mode and content by path. */
export function contentsOf(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const all = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile()
      ? readFileSync(path, 'latin1')
      : entry.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    return [relative(dir, path), `${lstatSync(path).mode.toString(8)} ${content}`] as const;
  });
  return Object.fromEntries(all);
}
