import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { isRecord, parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import { byText } from '../../../domain/npm/order.ts';
import { restoreAddresses, withPrefix } from './addresses.ts';
import type { Manager } from './choose.ts';
import { managerCommand, projectInside, registryPlaceholder, toolInside } from './commands.ts';
import { readBack } from './read-back.ts';
import type { Project } from './run-read.ts';
import type { Tool, ToolDeps } from './run-tool.ts';
import { type Asking, admitRanges } from './yarn-keys.ts';

/** The manifests in two stages: with exact versions, so that these are locked, and as they will stand. */
export type Stages = {
  readonly exact: ReadonlyMap<string, string>;
  readonly final: ReadonlyMap<string, string>;
  readonly asked: readonly Asking[];
};

export type Relock = {
  readonly deps: Pick<ToolDeps, 'sandbox' | 'workspace'>;
  readonly project: Project & { readonly manager: Manager };
  readonly tool: Tool;
  /** What was published later is not chosen. */
  readonly before: Date;
};

/**
 * Lets the project's own manager write its lockfile anew; answers its text, with addresses as they were. What the manager leaves
 * is read as hostile: nothing of it is taken but the lockfile, and no manifest may have changed. Rejects with `sandbox.failed`
 * and `lockfile.invalid`.
 */
export async function relock(job: Relock, { exact, final, asked }: Stages): Promise<string> {
  const { lockPath, texts, manager } = job.project;
  const { dialect } = manager;
  const old = texts.get(lockPath) ?? '';
  const first = await runOnce(job, withPrefix(dialect, old, registryPlaceholder), exact);
  const admitted = admitRanges(dialect, first, asked);
  const raw = await runOnce(job, withPrefix(dialect, admitted, registryPlaceholder), final);
  const text = restoreAddresses(dialect, old, raw.replaceAll('\r\n', '\n'));
  return old.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

/** In a directory of its own: a job may leave links that lead whoever writes there next out of it. */
async function runOnce(job: Relock, lock: string, manifests: ReadonlyMap<string, string>): Promise<string> {
  const { deps, project } = job;
  const dir = await mkdtemp(join(deps.workspace, 'lock-'));
  const all = new Map([...project.texts, ...project.settings, ...manifests, [project.lockPath, lock]]);
  try {
    for (const [path, text] of all) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text, { flag: 'wx' });
    }
    await runManager(job, dir);
    for (const [path, text] of all) {
      if (path.endsWith('package.json')) await assertSame(join(dir, path), text, path, project.manager);
    }
    return (await readBack(join(dir, project.lockPath), project.manager.title)).toString('utf8');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function runManager({ deps, project, tool, before }: Relock, dir: string): Promise<void> {
  const { manager } = project;
  let problem = '';
  // Registries that serve no times let managers find no version that is old enough; the caller checks every age again.
  for (const cutoff of [before, undefined]) {
    const result = await deps.sandbox.run({
      ...managerCommand(manager, tool.file, cutoff),
      cwd: projectInside,
      mounts: [
        { source: dir, target: projectInside, mode: 'write' },
        { source: tool.dir, target: toolInside, mode: 'read' },
      ],
      network: 'registry',
      limits: { seconds: 300, memoryMiB: 4096, processes: 256, diskMiB: 4096, outputKiB: 64 },
    });
    if (result.kind === 'exited' && result.code === 0) return;
    const why =
      result.kind === 'limit' ? `went over its limit of ${result.limit}` : `exited with ${result.code}`;
    problem = `it ${why}: ${`${result.stdout}\n${result.stderr}`.trim().slice(-1500)}`;
  }
  throw new AutolandError(
    'sandbox.failed',
    `Expected ${manager.title} to write the lockfile anew; ${problem}`,
    {
      mend: 'run the same version of it on the branch to see it for yourself',
    },
  );
}

/** A lockfile for other manifests than those that are proposed is none for these. */
async function assertSame(file: string, text: string, path: string, { title }: Manager): Promise<void> {
  const found = (await readBack(file, title)).toString('utf8');
  if (found === text || plain(found, title) === plain(text, title)) return;
  throw new AutolandError(
    'lockfile.invalid',
    `Expected ${title} to write the lockfile alone; it changed ${path}.`,
  );
}

/** Layout, order and empty sections do not count: Yarn tidies up what it reads, and what it writes is not taken. */
function plain(json: string, title: string): string {
  const isEmpty = (value: unknown) => isRecord(value) && Object.keys(value).length === 0;
  try {
    const said = Object.entries(parseHostileObject(json)).filter(([, value]) => !isEmpty(value));
    return JSON.stringify(Object.fromEntries(said), (_key, value: unknown) =>
      isRecord(value) ? Object.entries(value).sort(([a], [b]) => byText(a, b)) : value,
    );
  } catch (thrown) {
    throw new AutolandError(
      'lockfile.invalid',
      `Expected ${title} to leave the manifests as they are: ${messageOf(thrown)}.`,
    );
  }
}
