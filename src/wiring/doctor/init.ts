import { statSync } from 'node:fs';
import { findRepository } from '../../adapters/git-host/local/repository.ts';
import { runGit } from '../../adapters/git-host/local/run-git.ts';
import { defaultConfig } from '../../config/defaults.ts';
import { AutolandError } from '../../domain/errors.ts';
import { defaultPolicyText } from '../../stages/4-policy/shipped.ts';
import { directory } from '../place/place.ts';
import { type InitFile, lookAt, writeMissing } from './init-files.ts';
import { type Project, readProject } from './init-project.ts';

export type InitResult = {
  readonly dir: string;
  readonly dryRun: boolean;
  readonly files: readonly InitFile[];
  readonly found: readonly string[];
  readonly missing: readonly string[];
  readonly next: Next;
};

/** What to do now; `mend`: how to come by a bare repository, null where there is one. */
type Next = { readonly say: string; readonly mend: string | null };

/** `checkedOut`: another branch than the one that will be protected; null: that one. */
type Branch = { readonly name: string; readonly checkedOut: string | null };

/** Looks at a work tree and writes what it lacks of `.autoland/`. Never overwrites a file. */
export async function initRepository(repo: string, dryRun: boolean): Promise<InitResult> {
  const dir = await workTree(directory('--repo', repo));
  const project = await readProject(dir);
  const branch = await protectedBranch(dir);
  const { service } = project;
  const text = defaultConfig({
    branch: branch.name,
    install: project.hasNpmLock ? ['npm', 'ci', '--ignore-scripts'] : null,
    build: project.hasBuild ? ['npm', 'run', 'build'] : null,
    test: project.hasTests ? ['npm', 'test'] : null,
    service: 'why' in service ? null : service,
  });
  const files = lookAt(dir, [
    { path: '.autoland/autoland.yaml', text },
    { path: '.autoland/policy.cedar', text: defaultPolicyText() },
  ]);
  if (!dryRun) await writeMissing(dir, files);
  const next = await whatNext(dir, branch.name, files);
  return { dir, dryRun, files, ...whatIsThere(project, branch), next };
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

/** As the rest of this program reads it: whoever owns the files, git answers, and runs nothing. */
const asking = ['-c', 'safe.directory=*'];

async function workTree(dir: string): Promise<string> {
  const isDirectory = statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true;
  const args = [...asking, 'rev-parse', '--show-toplevel'];
  const found = isDirectory ? await runGit({ args, cwd: dir, accept: [128] }) : undefined;
  const top = found?.stdout.toString().replace(/\n$/, '') ?? '';
  if (found?.code === 0 && top !== '') return top;
  throw new AutolandError('repo.not-found', `expected a git work tree at ${dir}`, {
    mend: 'run this in a checkout of the repository (git clone, or git init)',
  });
}

/** What the remote says is its own, since people write `.autoland/` on a branch of theirs; else the one that is checked out. */
async function protectedBranch(dir: string): Promise<Branch> {
  const checkedOut = await symbolic(dir, 'HEAD', 'refs/heads/');
  const name = (await symbolic(dir, 'refs/remotes/origin/HEAD', 'refs/remotes/origin/')) ?? checkedOut;
  if (name !== undefined)
    return { name, checkedOut: checkedOut === name ? null : (checkedOut ?? 'a commit') };
  throw new AutolandError('usage', 'expected a branch that is checked out, found a commit (detached HEAD)', {
    mend: 'switch to the branch that shall be protected: git switch main',
  });
}

async function symbolic(dir: string, ref: string, below: string): Promise<string | undefined> {
  const args = [...asking, 'symbolic-ref', '--quiet', ref];
  const { code, stdout } = await runGit({ args, cwd: dir, accept: [1, 128] });
  const target = stdout.toString().replace(/\n$/, '');
  return code === 0 && target.startsWith(below) ? target.slice(below.length) : undefined;
}

function whatIsThere({ name, locks, service, ...project }: Project, branch: Branch) {
  const also = branch.checkedOut === null ? '' : `, as origin has it; ${branch.checkedOut} is checked out`;
  const [foreign] = project.hasNpmLock ? [] : locks;
  const found = [
    `branch ${branch.name}${also}`,
    ...(project.hasManifest ? [`package.json${name === undefined ? '' : ` of ${name}`}`] : []),
    ...locks,
    ...(project.hasTests ? ['tests: npm test'] : []),
    ...('why' in service
      ? []
      : [
          `service ${service.name}: ${service.command.join(' ')}; that it listens on the socket in PORT and answers /healthz was not checked`,
        ]),
  ];
  const missing = [
    ...(project.hasManifest ? [] : ['package.json: the dependency agent has nothing to look at']),
    ...(locks.length > 0
      ? []
      : ['a lockfile, such as package-lock.json: dependency updates are held without one']),
    ...(foreign === undefined
      ? []
      : [
          `commands for ${foreign}, which is not npm's: write commands.install and commands.test yourself, of a manager that the sandbox has`,
        ]),
    ...(project.hasTests ? [] : ['a test script: nothing lands without tests']),
    ...('why' in service ? [service.why] : []),
  ];
  return { found, missing };
}
