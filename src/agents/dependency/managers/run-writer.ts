import { rm } from 'node:fs/promises';
import { AutolandError } from '../../../domain/errors.ts';
import { catalogFiles, readCatalogs } from '../../../domain/lockfile/catalogs.ts';
import { type Lockfile, parseLockfileOf } from '../../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../../domain/npm/manifest.ts';
import { folderOf } from '../choose/candidates.ts';
import { type Digests, restyleLock } from '../files/lock-text.ts';
import { regenerateLock } from '../files/regenerate.ts';
import { ownAddress } from './addresses.ts';
import type { Project } from './run-read.ts';
import { relock, type Stages } from './run-relock.ts';
import { fetchTool, type Tool, type ToolDeps } from './run-tool.ts';
import { readSettings, settingsPaths } from './settings.ts';

/** Writes the lockfiles of one project, each by its own package manager, which is fetched once. */
export class LockWriter {
  readonly #deps: ToolDeps;
  readonly #project: Project;
  #tool: Promise<Tool> | undefined;

  constructor(deps: ToolDeps, project: Project) {
    this.#deps = deps;
    this.#project = project;
  }

  /** Rejects with `sandbox.failed`, `registry.invalid` and `lockfile.invalid`. */
  async write(stages: Stages, before: Date): Promise<string> {
    const { manager, texts } = this.#project;
    if (manager === undefined) {
      return regenerateLock(this.#deps, texts, [stages.exact, stages.final], before);
    }
    this.#tool ??= fetchTool(this.#deps, manager);
    const project = { ...this.#project, manager };
    const shown = { ...stages, exact: this.#shown(stages.exact), final: this.#shown(stages.final) };
    return relock({ deps: this.#deps, project, tool: await this.#tool, before }, shown);
  }

  /** Of settings that change with the update too, the manager sees what it sees of the others. */
  #shown(stage: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const { lockfile, sources } = this.#project;
    const paths = settingsPaths[lockfile.dialect];
    if (!paths.some((path) => stage.has(path))) return stage;
    const own = [...stage].filter(([path]) => paths.includes(path));
    const settings = readSettings(lockfile.dialect, new Map([...sources, ...own]));
    if ('code' in settings) throw new AutolandError('manifest.invalid', settings.reason);
    return new Map([...[...stage].filter(([path]) => !paths.includes(path)), ...settings.files]);
  }

  /** The lockfile that stands beside these manifests, by path. */
  read(text: string, manifests: ReadonlyMap<string, string>): Lockfile {
    const all = new Map<string, Manifest>();
    for (const [path, manifest] of this.#project.manifests) {
      const edited = manifests.get(path);
      all.set(folderOf(path), edited === undefined ? manifest : parseManifest(edited, path));
    }
    const { lockfile, sources } = this.#project;
    const file = catalogFiles[lockfile.dialect] ?? '';
    const catalogs = readCatalogs(lockfile.dialect, manifests.get(file) ?? sources.get(file));
    return parseLockfileOf(lockfile.dialect, text, all, catalogs);
  }

  /** As the project's own manager would have written it. */
  restyle(text: string, digests: Digests): string {
    const { manager, texts, lockPath } = this.#project;
    return manager === undefined ? restyleLock(texts.get(lockPath) ?? '', text, digests) : text;
  }

  /** What must not be proposed, in a sentence; undefined: nothing was found. `meant`: settings of the lockfile that change with the update. */
  objection(text: string, after: Lockfile, meant: readonly string[]): string | undefined {
    const { lockfile, manager, texts, lockPath } = this.#project;
    if (manager === undefined) return undefined;
    if (after.version !== lockfile.version) {
      return `${manager.title} turns the lockfile of version ${lockfile.version} into ${after.version}: name the one that wrote it as "packageManager".`;
    }
    const keys = new Set([...lockfile.settings.keys(), ...after.settings.keys()]);
    const steered = [...keys].find(
      (key) => !meant.includes(key) && lockfile.settings.get(key) !== after.settings.get(key),
    );
    if (steered !== undefined)
      return `${manager.title} changes "${steered}", which steers the whole lockfile.`;
    const address = ownAddress(text);
    if (address === undefined || ownAddress(texts.get(lockPath) ?? '') !== undefined) return undefined;
    return `${manager.title} names ${address}, which is the sandbox's own registry.`;
  }

  async close(): Promise<void> {
    const tool = await this.#tool?.catch(() => undefined);
    if (tool !== undefined) await rm(tool.dir, { recursive: true, force: true });
  }
}
