import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runGit } from '../adapters/git-host/local/run-git.ts';
import { defaultConfig } from '../config/defaults.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { defaultPolicyText } from '../stages/4-policy/shipped.ts';

export type InitResult = {
  readonly dir: string;
  readonly dryRun: boolean;
  readonly files: readonly { readonly path: string; readonly text: string; readonly kept: boolean }[];
  readonly found: readonly string[];
  readonly missing: readonly string[];
};

type Manifest = { readonly name?: string; readonly scripts: Readonly<Record<string, string>> };

/** Looks at a work tree and writes what it lacks of `.autoland/`. Never overwrites a file. */
export async function initRepository(repo: string, dryRun: boolean): Promise<InitResult> {
  const dir = await workTree(resolve(repo));
  const manifest = await readManifest(dir);
  const branch = await currentBranch(dir);
  const test = manifest?.scripts.test === undefined ? null : ['npm', 'test'];
  const hasLock = existsSync(join(dir, 'package-lock.json'));
  const text = defaultConfig({
    branch,
    install: hasLock ? ['npm', 'ci', '--ignore-scripts'] : null,
    build: manifest?.scripts.build === undefined ? null : ['npm', 'run', 'build'],
    test,
    service: serviceOf(manifest),
  });
  const wanted = [
    { path: '.autoland/autoland.yaml', text },
    { path: '.autoland/policy.cedar', text: defaultPolicyText() },
  ];
  const files = wanted.map((file) => ({ ...file, kept: existsSync(join(dir, file.path)) }));
  if (!dryRun) await write(dir, files);
  return { dir, dryRun, files, ...whatIsThere(manifest, { branch, hasLock, hasTests: test !== null }) };
}

async function write(dir: string, files: InitResult['files']): Promise<void> {
  await mkdir(join(dir, '.autoland'), { recursive: true });
  for (const { path, text, kept } of files) if (!kept) await writeFile(join(dir, path), text, { flag: 'wx' });
}

async function workTree(dir: string): Promise<string> {
  const isDirectory = statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true;
  const args = ['rev-parse', '--show-toplevel'];
  const found = isDirectory ? await runGit({ args, cwd: dir, accept: [128] }) : undefined;
  const top = found?.stdout.toString().trim() ?? '';
  if (found?.code === 0 && top !== '') return top;
  throw new AutolandError('repo.not-found', `expected a git work tree at ${dir}`, {
    mend: 'run this in a checkout of the repository (git clone, or git init)',
  });
}

async function currentBranch(dir: string): Promise<string> {
  const { code, stdout } = await runGit({
    args: ['symbolic-ref', '--short', 'HEAD'],
    cwd: dir,
    accept: [1, 128],
  });
  return code === 0 ? stdout.toString().trim() : 'main';
}

async function readManifest(dir: string): Promise<Manifest | undefined> {
  const path = join(dir, 'package.json');
  if (!existsSync(path)) return undefined;
  try {
    const parsed = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest>;
    return { ...(parsed.name === undefined ? {} : { name: parsed.name }), scripts: parsed.scripts ?? {} };
  } catch (cause) {
    throw new AutolandError('manifest.invalid', `${path} does not parse: ${messageOf(cause)}`, {
      mend: 'mend it first',
      cause,
    });
  }
}

function serviceOf(manifest: Manifest | undefined) {
  const start = manifest?.scripts.start?.split(/\s+/);
  // Only a plain command can be taken over: a shell's operators mean nothing to an argv.
  if (manifest?.name === undefined || start === undefined || start.some((word) => /[&|;<>$`"'\\]/.test(word)))
    return null;
  const name = manifest.name
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-');
  const [file = 'node', ...args] = start;
  return { name, command: [file, ...args] as [string, ...string[]] };
}

function whatIsThere(
  manifest: Manifest | undefined,
  facts: { branch: string; hasLock: boolean; hasTests: boolean },
) {
  const found = [
    `branch ${facts.branch}`,
    ...(manifest === undefined
      ? []
      : [`package.json${manifest.name === undefined ? '' : ` of ${manifest.name}`}`]),
    ...(facts.hasLock ? ['package-lock.json'] : []),
    ...(facts.hasTests ? ['tests: npm test'] : []),
  ];
  const missing = [
    ...(manifest === undefined ? ['package.json: the dependency agent has nothing to look at'] : []),
    ...(facts.hasLock ? [] : ['package-lock.json: dependency updates are held without one']),
    ...(facts.hasTests ? [] : ['a test script: nothing lands without tests']),
    ...(manifest?.scripts.start === undefined ? ['a start script: changes are merged, not released'] : []),
  ];
  return { found, missing };
}
