import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startVerdaccio, type TestRegistry } from '../../src/testing/verdaccio.ts';
import { runOrThrow } from '../support/run-command.ts';
import type { Attack, Files, Release } from './attack.ts';

const plain: Readonly<Record<string, string>> = { 'index.js': "exports.join = (a, b) => a + '-' + b;\n" };
const dayMs = 24 * 60 * 60 * 1000;
const versions = ['1.0.0', '1.0.1'] as const;
type Version = (typeof versions)[number];

/** A registry with every package that the attacks need, and a repository for each of them. */
export class World {
  readonly #registry: TestRegistry;
  readonly #dir: string;

  static async open(attacks: readonly Attack[]): Promise<World> {
    const registry = await startVerdaccio();
    const world = new World(registry, await mkdtemp(join(tmpdir(), 'autoland-attacks-')));
    for (const attack of attacks) await world.#publish(attack);
    await world.#put('attack-other', '1.0.1', {});
    return world;
  }

  constructor(registry: TestRegistry, dir: string) {
    this.#registry = registry;
    this.#dir = dir;
  }

  /** For whatever shall read this registry. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, npm_config_registry: this.#registry.url };
  }

  async close(): Promise<void> {
    await this.#registry.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** A repository whose last commit is the attack. */
  async repository(attack: Attack): Promise<string> {
    const repo = join(this.#dir, attack.name);
    const before = await this.#files(attack, '1.0.0');
    await write(repo, before);
    await git(repo, 'init', '--quiet', '--initial-branch=main');
    await commit(repo, 'Begin');
    const honest = attack.release === undefined ? before : await this.#files(attack, '1.0.1');
    const changed = attack.change?.(honest) ?? honest;
    await write(repo, changed);
    await commit(repo, 'Update');
    return repo;
  }

  async #publish(attack: Attack): Promise<void> {
    const name = packageOf(attack);
    await this.#put(name, '1.0.0', attack.before ?? {});
    if (attack.release !== undefined) await this.#put(name, '1.0.1', attack.release);
    for (const [other, release] of Object.entries(attack.also ?? {}))
      await this.#put(other, '1.0.0', release);
  }

  #put(name: string, version: string, { manifest = {}, files = {}, daysOld = 30 }: Release): Promise<void> {
    const publishedAt = new Date(Date.now() - daysOld * dayMs).toISOString();
    return this.#registry.publish({ name, version, manifest, files: { ...plain, ...files }, publishedAt });
  }

  /** As npm would write them for that version. */
  async #files(attack: Attack, version: Version): Promise<Readonly<Record<string, string>>> {
    const name = packageOf(attack);
    const root = { name: 'uses-it', version: '1.0.0', dependencies: { [name]: version } };
    const release = (version === '1.0.0' ? attack.before : attack.release) ?? {};
    const others = version === '1.0.0' ? [] : Object.entries(attack.also ?? {});
    const packages: Record<string, unknown> = { '': root };
    packages[`node_modules/${name}`] = await this.#entry(name, version, release);
    for (const [other, theirs] of others)
      packages[`node_modules/${other}`] = await this.#entry(other, '1.0.0', theirs);
    const lock = { name: root.name, version: root.version, lockfileVersion: 3, requires: true, packages };
    const manifest = { ...root, private: true, scripts: { test: 'node --test' } };
    return {
      '.autoland/autoland.yaml': 'version: 1\n',
      '.gitignore': 'node_modules\n',
      'README.md': '# Uses it\n\nJoins words.\n',
      'index.js': `const { join } = require('${name}');\n\nexports.label = (a, b) => {\n  return join(a, b);\n};\n`,
      'index.test.js': test,
      'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
      'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
    };
  }

  async #entry(name: string, version: string, { manifest = {} }: Release): Promise<object> {
    const answer = await fetch(`${this.#registry.url}${name}`);
    const document = (await answer.json()) as {
      versions: Record<string, { dist: { integrity: string; tarball: string } }>;
    };
    const dist = document.versions[version]?.dist;
    if (dist === undefined) throw new Error(`${name}@${version} was not published`);
    const { dependencies, scripts } = manifest as { dependencies?: object; scripts?: object };
    return {
      version,
      resolved: dist.tarball,
      integrity: dist.integrity,
      ...(scripts && { hasInstallScript: true }),
      ...(dependencies && { dependencies }),
    };
  }
}

const test = `const { test } = require('node:test');
const assert = require('node:assert');
const { label } = require('./index.js');

test('joins', () => {
  assert.equal(label('x', 'y').length, 3);
});

test('keeps the order', () => {
  assert.equal(label('x', 'y')[0], 'x');
});
`;

export function packageOf({ name }: Attack): string {
  return `attack-${name.replaceAll(/[^a-z-]/g, '-')}`;
}

async function write(repo: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(repo, path);
    await rm(file, { force: true });
    if (text === null) continue;
    await mkdir(dirname(file), { recursive: true });
    if (text.startsWith('->')) await symlink(text.slice(2), file);
    else await writeFile(file, text.replace(/^!/, ''));
    if (text.startsWith('!')) await chmod(file, 0o755);
  }
}

async function commit(repo: string, message: string): Promise<void> {
  await git(repo, 'add', '--all', '--force');
  await git(repo, 'commit', '--quiet', '--message', message);
}

async function git(repo: string, ...args: readonly string[]): Promise<void> {
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgSign=false'];
  await mkdir(repo, { recursive: true });
  await runOrThrow(['git', ...who, ...args], { cwd: repo, seconds: 30 });
}
