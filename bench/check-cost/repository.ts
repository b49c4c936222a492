import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitAll, git } from '../support/git.ts';
import { runOrThrow } from '../support/run-command.ts';
import { linters, type Project } from './projects.ts';

/** Without ages, so that what is measured does not depend on the day. */
const settings = 'version: 1\nregistry:\n  minimumAgeDays: 0\n';
const settingsOf = { with: settings, without: `${settings}mutation:\n  mutants: 0\n` } as const;
export type Mutation = keyof typeof settingsOf;

type Dependencies = Record<string, string>;
type Manifest = { dependencies?: Dependencies; devDependencies?: Dependencies; scripts?: Dependencies };

/** The project as its tarball has it, with the update as the last commit. */
export async function makeProject(project: Project, repo: string, mutation: Mutation): Promise<void> {
  await unpack(project, repo);
  const path = join(repo, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const { update, test } = project;
  const kept = Object.entries(manifest.devDependencies ?? {}).filter(([name]) => !linters.includes(name));
  const rest = { ...manifest, scripts: { test }, devDependencies: Object.fromEntries(kept) };
  const pinned = (version: string) => ({
    ...rest,
    dependencies: { ...manifest.dependencies, [update.name]: version },
  });
  await mkdir(join(repo, '.autoland'));
  await writeFile(join(repo, '.autoland/autoland.yaml'), settingsOf[mutation]);
  await writeFile(join(repo, '.gitignore'), 'node_modules\n');
  await git(repo, 'init', '--quiet', '--initial-branch=main');
  for (const version of [update.from, update.to]) {
    await writeFile(path, `${JSON.stringify(pinned(version), null, 2)}\n`);
    const lock = [
      'npm',
      'install',
      '--package-lock-only',
      '--no-omit-lockfile-registry-resolved',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ];
    await runOrThrow(lock, { cwd: repo, seconds: 300 });
    await commitAll(repo, `Use ${update.name} ${version}`);
  }
}

async function unpack({ name, version }: Project, repo: string): Promise<void> {
  await runOrThrow(['npm', 'pack', '--silent', `${name}@${version}`], { cwd: repo, seconds: 120 });
  const tarball = (await readdir(repo)).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack ${name} left no tarball`);
  await runOrThrow(['tar', '-xzf', tarball, '--strip-components=1'], { cwd: repo, seconds: 60 });
  await runOrThrow(['rm', tarball], { cwd: repo, seconds: 10 });
}
