import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readYaml } from '../../config/yaml.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Issue, IssueList, IssueRef } from '../../domain/issue.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { IssueSource } from '../../ports/issue-source.ts';

/** No change lands below it without a person: so who writes there could write the rules as well. */
export const issueFolder = '.autoland/issues';

const namePattern = /^[A-Za-z0-9][\w.-]{0,99}\.md$/;
const usualMost = 200;
const mostBytes = 512 * 1024;

const head = z.strictObject({
  title: z.string().min(1).max(500),
  labels: z.array(z.string().min(1).max(50)).max(20).default([]),
});

export type BranchFolderOptions = {
  readonly git: Pick<GitReader, 'resolve' | 'list' | 'readFile'>;
  /** The protected branch. */
  readonly branch: string;
  /** Files that are looked at. */
  readonly most?: number;
};

type Listed = { readonly ref: IssueRef; readonly labels: readonly string[] | undefined };
type Folder = { readonly files: readonly Listed[]; readonly isWhole: boolean };

/** Issues of a team without a host: one Markdown file each, which is gone once it is done. */
export class BranchFolder implements IssueSource {
  readonly #options: BranchFolderOptions;
  /** As the commit has it, which does not change. */
  #last: { readonly commit: Sha; readonly folder: Folder } | undefined;

  constructor(options: BranchFolderOptions) {
    this.#options = options;
  }

  async list(label: string, signal?: AbortSignal): Promise<IssueList> {
    mustGoOn(signal);
    const { git, branch } = this.#options;
    const commit = await git.resolve(branch);
    if (this.#last?.commit !== commit) this.#last = { commit, folder: await this.#folderAt(commit) };
    const { files, isWhole } = this.#last.folder;
    // What cannot be read is told of when it is read.
    const meant = files.filter(({ labels }) => labels?.includes(label) !== false);
    return { issues: meant.map(({ ref }) => ref), isWhole };
  }

  async #folderAt(commit: Sha): Promise<Folder> {
    const { git, most = usualMost } = this.#options;
    const paths = (await git.list(commit, issueFolder))
      .filter(({ kind, path }) => kind === 'file' && isName(path))
      .map(({ path }) => path)
      .toSorted();
    const files: Listed[] = [];
    for (const path of paths.slice(0, most)) {
      const text = (await git.readFile(commit, path))?.toString('utf8') ?? '';
      files.push({ ref: { id: path, version: digestOf(text) }, labels: parse(text)?.labels });
    }
    return { files, isWhole: paths.length <= most };
  }

  async read(id: string, signal?: AbortSignal): Promise<Issue | undefined> {
    mustGoOn(signal);
    if (!isName(id)) return undefined;
    const { git, branch } = this.#options;
    const commit = await git.resolve(branch);
    const found = (await git.list(commit, issueFolder)).find(({ path }) => path === id);
    const bytes = found?.kind === 'file' ? await git.readFile(commit, id) : undefined;
    if (bytes === undefined) return undefined;
    const issue = bytes.length > mostBytes ? undefined : parse(bytes.toString('utf8'));
    if (issue !== undefined) return { id, isOpen: true, ...issue, told: { kind: 'of-the-rules' } };
    const size = bytes.length > mostBytes ? `${bytes.length} bytes` : 'something else';
    throw new AutolandError(
      'issues.invalid',
      `expected title and labels between --- and --- in ${id}, found ${size}`,
      {
        mend: 'begin it with: ---, title: What is wanted, labels: [autoland], ---; and then the text',
      },
    );
  }
}

function mustGoOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new AutolandError('issues.unreachable', 'expected time to read the issues, found that nobody waits');
}

function isName(path: string): boolean {
  const start = `${issueFolder}/`;
  return path.startsWith(start) && namePattern.test(path.slice(start.length));
}

/** undefined: it does not begin as it should. */
function parse(text: string): Pick<Issue, 'title' | 'body' | 'labels'> | undefined {
  const [, front, body] = /^---\r?\n(.*?)\r?\n---\r?\n(.*)$/s.exec(text) ?? [];
  if (front === undefined || body === undefined) return undefined;
  const source = readYaml(front);
  const read = 'problems' in source ? undefined : head.safeParse(source.value);
  return read?.success === true ? { ...read.data, body } : undefined;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
