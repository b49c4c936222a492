import { parseConfig } from '../../config/config.ts';
import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Rules, RulesSource } from '../../ports/rules.ts';

const configFile = '.autoland/autoland.yaml';
export const policyFile = '.autoland/policy.cedar';

/** The configuration in one commit, whether or not it is in force. */
export async function configAt(git: Pick<GitReader, 'readFile'>, commit: Sha): Promise<Config> {
  return parseConfig(await read(git, commit, configFile), `${commit.slice(0, 10)}:${configFile}`);
}

/** The rules in the tip of the protected branch. They are parsed once for each tip. */
export class BranchRules implements RulesSource {
  readonly #git: Pick<GitReader, 'resolve' | 'readFile'>;
  readonly #unsignedAllowed: boolean;
  #last: Rules | undefined;

  constructor(git: Pick<GitReader, 'resolve' | 'readFile'>, unsignedAllowed: boolean) {
    this.#git = git;
    this.#unsignedAllowed = unsignedAllowed;
  }

  /** The rules last loaded. */
  peek(): Rules | undefined {
    return this.#last;
  }

  async load(): Promise<Rules> {
    const branch = this.#last?.config.branch ?? 'HEAD';
    const commit = await this.#git.resolve(branch);
    if (this.#last?.commit === commit) return this.#last;
    const config = parseConfig(await this.#read(commit, configFile), configFile);
    if (config.branch !== branch) {
      // HEAD names a branch whose file names the protected one: rules count only where they protect themselves.
      const own = await this.#git.resolve(config.branch);
      if (own !== commit) return this.#from(own, config.branch);
    }
    return this.#keep({ commit, config, policyText: await this.#read(commit, policyFile) });
  }

  async #from(commit: string, branch: string): Promise<Rules> {
    const config = parseConfig(await this.#read(commit, configFile), configFile);
    if (config.branch !== branch)
      throw new AutolandError(
        'config.invalid',
        `${branch}:${configFile} names ${config.branch} as its branch`,
        {
          mend: `write branch: ${branch}`,
        },
      );
    return this.#keep({ commit, config, policyText: await this.#read(commit, policyFile) });
  }

  #keep(rules: Omit<Rules, 'unsignedAllowed'>): Rules {
    this.#last = { ...rules, unsignedAllowed: this.#unsignedAllowed };
    return this.#last;
  }

  #read(commit: string, path: string): Promise<string> {
    return read(this.#git, commit, path);
  }
}

async function read(git: Pick<GitReader, 'readFile'>, commit: Sha, path: string): Promise<string> {
  const bytes = await git.readFile(commit, path);
  if (bytes !== undefined) return bytes.toString('utf8');
  throw new AutolandError(
    'config.missing',
    `expected ${path} on the protected branch, found none in ${commit.slice(0, 10)}`,
    {
      mend: 'autoland init writes one; commit it to the protected branch yourself',
    },
  );
}
