import { BranchFolder } from '../../adapters/issue-source/branch-folder.ts';
import { GithubIssues } from '../../adapters/issue-source/github/github-issues.ts';
import { type IssueHosts, parseIssueHosts } from '../../config/issue-hosts.ts';
import type { IssueTask } from '../../config/issue-tasks.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { IssueSource } from '../../ports/issue-source.ts';
import { readOperatorsFile } from '../place/operators-file.ts';
import type { StateFiles } from '../place/place.ts';

export type IssueParts = {
  readonly git: Pick<GitReader, 'resolve' | 'list' | 'readFile'>;
  readonly files: Pick<StateFiles, 'issues'>;
};

/** Where issues are read. The same ones as long as the machine says the same: they know what a host has answered, and how long it wants peace. */
export class IssueSources {
  readonly #parts: IssueParts;
  readonly #known = new Map<string, IssueSource>();

  constructor(parts: IssueParts) {
    this.#parts = parts;
  }

  /** Of a rule. Rejects with `config.invalid` or `key.unsafe` where the machine does not know its host. */
  async of({ github }: IssueTask, branch: string): Promise<IssueSource> {
    const { git, files } = this.#parts;
    if (github === null) return this.#same(branch, () => new BranchFolder({ git, branch }));
    const { repository } = github;
    const { url, tokenFile } = hostNamed(github.host, await readIssueHosts(files.issues), files.issues);
    const key = JSON.stringify([url, tokenFile, repository]);
    return this.#same(key, () => new GithubIssues({ url, tokenFile, repository }));
  }

  #same(key: string, make: () => IssueSource): IssueSource {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known;
  }
}

async function readIssueHosts(path: string): Promise<IssueHosts> {
  const file = { path, says: 'where issues are', danger: 'send a token anywhere' };
  const text = await readOperatorsFile(file);
  return text === undefined ? {} : parseIssueHosts(text, path);
}

function hostNamed(name: string, hosts: IssueHosts, file: string): IssueHosts[string] {
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
  if (host !== undefined) return host;
  const known = Object.keys(hosts).join(', ') || 'none';
  throw new AutolandError('config.invalid', `expected ${name} among the hosts of ${file}, found ${known}`, {
    mend: `add to its hosts: ${name}: { tokenFile: /run/secrets/${name}-issues }`,
  });
}
