import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findRepository } from '../../adapters/git-host/local/repository.ts';
import { runGit } from '../../adapters/git-host/local/run-git.ts';
import { defaultConfig } from '../../config/defaults.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { rootLockfileNames } from '../../domain/lockfile/locate.ts';
import { defaultPolicyText } from '../../stages/4-policy/shipped.ts';
import { directory } from '../place/place.ts';

export type InitResult = {
  readonly dir: string;
  readonly dryRun: boolean;
  readonly files: readonly { readonly path: string; readonly text: string; readonly kept: boolean }[];
  readonly found: readonly string[];
  readonly missing: readonly string[];
  readonly next: Next;
};

/** What to do now; `mend`: how to come by a bare repository, null where there is one. */
type Next = { readonly say: string; readonly mend: string | null };

type Manifest = {
  readonly dir: string;
  readonly name?: string;
  readonly scripts: Readonly<Record<string, string>>;
};

/** Looks at a work tree and writes what it lacks of `.autoland/`. Never overwrites a file. */
export async function initRepository(repo: string, dryRun: boolean): Promise<InitResult> {
  const dir = await workTree(directory('--repo', repo));
  const manifest = await readManifest(dir);
  const branch = await currentBranch(dir);
  const test = manifest?.scripts.test === undefined ? null : ['npm', 'test'];
  const service = serviceOf(manifest);
  const locks = rootLockfileNames.filter((name) => existsSync(join(dir, name)));
  const text = defaultConfig({
    branch,
    install: locks.includes('package-lock.json') ? ['npm', 'ci', '--ignore-scripts'] : null,
    build: manifest?.scripts.build === undefined ? null : ['npm', 'run', 'build'],
    test,
    service: 'why' in service ? null : service,
  });
  const wanted = [
    { path: '.autoland/autoland.yaml', text },
    { path: '.autoland/policy.cedar', text: defaultPolicyText() },
  ];
  const files = wanted.map((file) => ({ ...file, kept: existsSync(join(dir, file.path)) }));
  if (!dryRun) await write(dir, files);
  const next = await whatNext(dir, branch, files);
  const facts = { branch, locks, hasTests: test !== null, service };
  return { dir, dryRun, files, ...whatIsThere(manifest, facts), next };
}

async function whatNext(dir: string, branch: string, files: InitResult['files']): Promise<Next> {
  const wrote = files.filter(({ kept }) => !kept).length;
  const first = [
    `Nothing was written. When both are as you want them and committed to ${branch}`,
    `Read it, commit it to ${branch}`,
    `Read both, commit them to ${branch}`,
  ][wrote];
  try {
    return { say: `${first}, push to ${await findRepository(dir)}, then: autoland doctor`, mend: null };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    const say = `${first}, give autoland a bare repository on this machine to work on, then: autoland doctor`;
    return { say, mend: thrown.mend ?? null };
  }
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
    return {
      dir,
      ...(parsed.name === undefined ? {} : { name: parsed.name }),
      scripts: parsed.scripts ?? {},
    };
  } catch (cause) {
    throw new AutolandError('manifest.invalid', `${path} does not parse: ${messageOf(cause)}`, {
      mend: 'mend it first',
      cause,
    });
  }
}

type Service = { readonly name: string; readonly command: readonly [string, ...string[]] };

/** `why`: what keeps it from being taken over, in a sentence. */
function serviceOf(manifest: Manifest | undefined): Service | { readonly why: string } {
  const start = manifest?.scripts.start;
  if (manifest === undefined || start === undefined)
    return { why: 'a start script: changes are merged, not released' };
  const [file = '', ...args] = start.trim().split(/\s+/);
  // Only a plain command can be taken over: a shell's operators mean nothing to an argv.
  if (file === '' || /[&|;<>$`"'\\*?~#()]|^\w+=/.test(start))
    return {
      why: `a start script that no shell need read (it is ${JSON.stringify(start)}): write service: into the file yourself, as the comment there shows`,
    };
  const name = (manifest.name ?? basename(manifest.dir))
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replace(/^[^a-z]+/, '');
  return { name: name.slice(0, 40) || 'service', command: [file, ...args] };
}

function whatIsThere(
  manifest: Manifest | undefined,
  facts: {
    branch: string;
    locks: readonly string[];
    hasTests: boolean;
    service: Service | { why: string };
  },
) {
  const { service } = facts;
  const found = [
    `branch ${facts.branch}`,
    ...(manifest === undefined
      ? []
      : [`package.json${manifest.name === undefined ? '' : ` of ${manifest.name}`}`]),
    ...facts.locks,
    ...(facts.hasTests ? ['tests: npm test'] : []),
    ...('why' in service
      ? []
      : [
          `service ${service.name}: ${service.command.join(' ')}; that it listens on the socket in PORT and answers /healthz was not checked`,
        ]),
  ];
  const missing = [
    ...(manifest === undefined ? ['package.json: the dependency agent has nothing to look at'] : []),
    ...(facts.locks.length > 0
      ? []
      : ['a lockfile, such as package-lock.json: dependency updates are held without one']),
    ...(facts.hasTests ? [] : ['a test script: nothing lands without tests']),
    ...('why' in service ? [service.why] : []),
  ];
  return { found, missing };
}
