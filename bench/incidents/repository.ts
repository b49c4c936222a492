import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commitAll, git } from '../support/git.ts';
import { runOrThrow } from '../support/run-command.ts';
import type { Case } from './case.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

/** Versions that were bad are old; without their ages, what is judged is what they do. */
const settings = 'version: 1\nregistry:\n  minimumAgeDays: 0\n';

const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];

/** The client on `from`, and one commit that updates it to `to`: what Dependabot would propose. */
export async function makeRepository(each: Case, folder: string): Promise<void> {
  await writeClient(each, folder);
  await mkdir(join(folder, '.autoland'));
  await writeFile(join(folder, '.autoland/autoland.yaml'), settings);
  await writeFile(join(folder, '.gitignore'), 'node_modules\n');
  await install(each, each.from, folder, ['--package-lock-only']);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commitAll(folder, `Use ${each.name} ${each.from}`);
  await install(each, each.to, folder, ['--package-lock-only']);
  await commitAll(folder, `Update ${each.name} to ${each.to}`);
}

/** The client with its packages and its probe, which the guardrails never see. */
export async function installClient(each: Case, version: string, folder: string): Promise<void> {
  await writeClient(each, folder);
  await cp(join(fixtures, each.name, 'probe.js'), join(folder, 'probe.js'));
  await install(each, version, folder, []);
}

async function writeClient({ name }: Case, folder: string): Promise<void> {
  const source = join(fixtures, name);
  const manifest = {
    name: `uses-${name}`,
    version: '1.0.0',
    private: true,
    scripts: { test: 'node --test' },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of await readdir(source)) {
    if (file !== 'probe.js') await cp(join(source, file), join(folder, basename(file)));
  }
}

async function install(
  { name }: Case,
  version: string,
  folder: string,
  more: readonly string[],
): Promise<void> {
  const argv = ['npm', 'install', ...quiet, '--save-exact', ...more, `${name}@${version}`];
  await runOrThrow(argv, { cwd: folder, seconds: 120 });
}
