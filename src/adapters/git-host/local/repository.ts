import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutolandError } from '../../../domain/errors.ts';
import { runGit } from './run-git.ts';

/** Where a repository on this machine keeps its parts; all paths absolute. */
export type RepositoryLocation = {
  readonly gitDir: string;
  readonly objectsDir: string;
  readonly bare: boolean;
  readonly objectFormat: 'sha1' | 'sha256';
  /** `core.sharedRepository`, so that objects written here stay usable by the repository's group. */
  readonly shared: string | undefined;
};

/** Rejects with `repo.not-found`. Reads the repository's configuration, runs nothing that it names. */
export async function locateRepository(dir: string): Promise<RepositoryLocation> {
  await assertDirectory(dir);
  const questions = [
    '--is-bare-repository',
    '--absolute-git-dir',
    '--git-common-dir',
    '--show-object-format',
  ];
  const args = ['-c', 'safe.directory=*', 'rev-parse', '--path-format=absolute', ...questions];
  const { code, stdout, stderr } = await runGit({ args, cwd: dir, accept: [128] });
  const [bare, gitDir = '', commonDir = '', format] = stdout.toString().split('\n');
  if (code !== 0) throw notFound(dir, whyNot(stderr));
  if (format !== 'sha1' && format !== 'sha256') throw notFound(dir, `its object format is ${format}`);
  return {
    gitDir,
    objectsDir: join(commonDir, 'objects'),
    bare: bare === 'true',
    objectFormat: format,
    shared: await sharedSetting(gitDir),
  };
}

/**
 * The bare repository that `dir` stands for: itself, or the `origin` of the work tree around it when that is a bare repository
 * on this machine. Rejects with `repo.not-found` or `repo.not-bare`, whose mend gives the commands.
 */
export async function findRepository(dir: string): Promise<string> {
  const found = await locateRepository(dir);
  if (found.bare) return found.gitDir;
  const url = await originUrl(found.gitDir);
  if (url === undefined) {
    throw notBare(dir, 'is a work tree without a remote named origin', mendOrigin(dir, found.gitDir, 'add'));
  }
  const path = localPath(url, dir);
  if (path === undefined) {
    throw notBare(
      dir,
      `is a work tree whose origin ${withoutCredentials(url)} is not on this machine`,
      mendNetwork(dir, found.gitDir),
    );
  }
  const origin = await locateRepository(path);
  if (origin.bare) return origin.gitDir;
  throw notBare(
    dir,
    `is a work tree whose origin ${path} is a work tree too`,
    mendOrigin(dir, origin.gitDir, 'set-url'),
  );
}

export async function assertBare(dir: string): Promise<RepositoryLocation> {
  const found = await locateRepository(dir);
  if (!found.bare) throw notBare(dir, 'is a work tree', mendOrigin(dir, found.gitDir, 'add'));
  return found;
}

async function assertDirectory(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => undefined);
  if (found === undefined) throw notFound(dir, 'there is no such directory');
  if (!found.isDirectory()) throw notFound(dir, 'it is not a directory');
}

async function originUrl(gitDir: string): Promise<string | undefined> {
  const url = await readSetting(gitDir, 'remote.origin.url');
  return url === '' ? undefined : url;
}

async function sharedSetting(gitDir: string): Promise<string | undefined> {
  const value = await readSetting(gitDir, 'core.sharedRepository');
  return value !== undefined && /^(?:true|false|group|all|world|everybody|umask|0[0-7]{3})$/.test(value)
    ? value
    : undefined;
}

async function readSetting(gitDir: string, name: string): Promise<string | undefined> {
  const args = ['config', '--no-includes', '--local', '--get', name];
  const answer = await runGit({ args, cwd: gitDir, env: { GIT_DIR: gitDir }, accept: [1] });
  return answer.code === 0 ? answer.stdout.toString().trim() : undefined;
}

function localPath(url: string, dir: string): string | undefined {
  if (url.startsWith('file://')) return fileURLToPath(url);
  if (isAbsolute(url)) return url;
  // `host:path` is SSH and `scheme://` is a network; git takes the rest for a path.
  return /^[^/]*:/.test(url) ? undefined : resolve(dir, url);
}

const withoutCredentials = (url: string) => url.replace(/\/\/[^/@]*@/, '//');

/** git's first line, in words that follow ours. */
function whyNot(stderr: string): string {
  const said = (stderr.split('\n')[0] ?? '').replace(/^fatal: /, '');
  return /^not a git repository/.test(said) ? 'there is none, nor in any directory above' : said;
}

function notFound(dir: string, why: string): AutolandError {
  return new AutolandError('repo.not-found', `expected a git repository at ${dir}: ${why}`, {
    mend: `name another directory, or make one: git init --bare ${dir}`,
  });
}

function notBare(dir: string, why: string, mend: string): AutolandError {
  return new AutolandError(
    'repo.not-bare',
    `expected a bare repository, or a work tree whose origin is one on this machine; ${dir} ${why}`,
    { mend },
  );
}

function mendOrigin(dir: string, gitDir: string, how: 'add' | 'set-url'): string {
  const at = resolve(dir);
  return `make one beside it: git clone --bare ${gitDir} ${at}.git && git -C ${at} remote ${how} origin ${at}.git`;
}

/** The team's origin stays what it is. */
function mendNetwork(dir: string, gitDir: string): string {
  const at = resolve(dir);
  return `hosts on a network, such as GitHub, are not supported yet; to try autoland, make a bare repository beside it under another name: git clone --bare ${gitDir} ${at}.git && git -C ${at} remote add autoland ${at}.git, then give --repo ${at}.git`;
}
