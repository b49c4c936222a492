import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mayMend } from '../../src/agents/crash-fix/rules.ts';
import type { Sha } from '../../src/domain/change.ts';
import type { TestCommands } from '../../src/ports/test-runner.ts';
import { runOrThrow } from '../support/run-command.ts';
import type { Project } from './projects.ts';
import type { Workshop } from './workshop.ts';

export type Bug = {
  readonly name: string;
  /** The buggy sources with the tests of the fix, and a lockfile. */
  readonly tip: Sha;
  /** The same with the sources that people made of it. */
  readonly fixed: Sha;
  /** By path: the human fix. */
  readonly human: ReadonlyMap<string, string>;
  readonly commands: TestCommands;
  readonly alone: readonly [string, ...string[]];
  /** When the last commit before it was made. */
  readonly at: Date;
};

const inside = join(import.meta.dirname, 'inside');
const reporters = ['tap-reporter.cjs', 'spectrum-reporter.cjs'];
const reporterAt = `/work/autoland-${reporters[0]}`;

/** Of older versions not the program that starts it, whose way of handing output on is gone from Node; the newest has one alone. */
async function runnerOf({ git }: Workshop, commit: Sha): Promise<string> {
  const manifest = (await git.readFile(commit, 'package.json'))?.toString('utf8') ?? '';
  return `node_modules/mocha/bin/${/"mocha": *"\*"/.test(manifest) ? 'mocha.js' : '_mocha'}`;
}

/** Bug N of a project: its own history, and on top of it what the benchmark needs. */
export async function openBug(shop: Workshop, project: Project, n: number): Promise<Bug> {
  const [test, full] = [
    await shop.git.resolve(`refs/tags/Bug-${n}-test`),
    await shop.git.resolve(`refs/tags/Bug-${n}-full`),
  ];
  const files = new Map<string, Buffer | null>();
  for (const name of reporters) files.set(`autoland-${name}`, await readFile(join(inside, name)));
  for (const [path, text] of Object.entries(project.needs))
    if ((await shop.git.readFile(test, path)) === undefined) files.set(path, Buffer.from(text));
  files.set('package-lock.json', await lockOf(shop, test));
  const at = await timeOf(shop, `${test}^`);
  const make = (base: Sha, changed: ReadonlyMap<string, Buffer | null>) =>
    shop.git.propose({ base, files: changed, message: `Bug ${n}\n`, ref: null, at });
  const tip = await make(test, files);
  const human = new Map<string, Buffer>();
  for (const { path } of await shop.git.diff(test, full)) {
    const content = mayMend(path) ? await shop.git.readFile(full, path) : undefined;
    if (content !== undefined) human.set(path, content);
  }
  const listed = (await shop.git.list(test, 'test')).map(({ path }) => path).filter(project.isTest);
  const touched = (await shop.git.diff(`${await parentOf(shop, test)}`, test)).map(({ path }) => path);
  const own = touched.filter(project.isTest);
  const mocha = ['node', await runnerOf(shop, test), '--reporter', reporterAt, ...project.options] as const;
  return {
    name: `${project.name}#${n}`,
    ...{ tip, at, fixed: await make(tip, human) },
    human: new Map([...human].map(([path, bytes]) => [path, bytes.toString('utf8')])),
    commands: {
      install: ['npm', 'ci'],
      build: null,
      test: [...mocha, ...listed],
      testSeconds: 120,
    },
    alone: [...mocha, ...(own.length > 0 ? own : listed)],
  };
}

async function parentOf({ repo }: Workshop, commit: Sha): Promise<Sha> {
  return (await runOrThrow(['git', 'rev-parse', `${commit}^`], { cwd: repo, seconds: 30 })).trim();
}

async function timeOf({ repo }: Workshop, commit: string): Promise<Date> {
  const said = await runOrThrow(['git', 'log', '-1', '--format=%ct', commit], { cwd: repo, seconds: 30 });
  return new Date(Number(said) * 1000);
}

/** The projects have none: made once for each manifest, by npm in the sandbox. */
async function lockOf({ git, jobs, folder }: Workshop, commit: Sha): Promise<Buffer> {
  const manifest = (await git.readFile(commit, 'package.json')) ?? Buffer.from('{}');
  const kept = join(folder, `lock-${createHash('sha256').update(manifest).digest('hex').slice(0, 16)}.json`);
  const known = await readFile(kept).catch(() => undefined);
  if (known !== undefined) return known;
  const parent = await mkdtemp(join(jobs.workspace, 'lock-'));
  await chmod(parent, 0o711);
  const dir = join(parent, 'tree');
  await mkdir(dir);
  await writeFile(join(dir, 'package.json'), manifest);
  const job = { phase: 'install', seconds: 300 } as const;
  const result = await jobs.commands.run(
    ['npm', 'install', '--package-lock-only', '--ignore-scripts'],
    dir,
    job,
  );
  if (result.kind !== 'exited' || result.code !== 0)
    throw new Error(`no lockfile: ${`${result.stdout}${result.stderr}`.slice(-500)}`);
  const lock = await readFile(join(dir, 'package-lock.json'));
  await writeFile(kept, lock);
  return lock;
}
