import type { FileChange, Proposal, Sha } from '../../domain/change.ts';
import type { GitCommit, GitReader } from '../../ports/git-host.ts';
import type { SecretFacts } from './facts.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';
import { isKeyFile } from './secrets/key-files.ts';
import { lookAways, newSecrets, type Place, type PlacedText, pathOf } from './secrets/texts.ts';

const mostCommits = 100;
const mostVersions = 400;
const mostBytes = 4 * 1024 * 1024;
const mostBytesInAll = 64 * 1024 * 1024;

export const gatherSecrets = gatherer<'secrets'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, change: { classification, proposal } }) {
    const { base, tree, files } = classification;
    const reading = new Reading(deps.git);
    await reading.addFiles({ base, head: tree, files });
    const commits = await commitsOf(deps.git, base, proposal.head);
    const own = new Set(commits.map(({ sha }) => sha));
    for (const commit of commits.slice(0, mostCommits)) {
      // What an own commit brought in is not "what was there before" for the next one.
      const before = commit.parents.find((parent) => !own.has(parent)) ?? base;
      await reading.addCommit(commit, before);
    }
    const left = commits.length - mostCommits;
    if (left > 0)
      reading.unread.push({
        what: `the history before the last ${mostCommits} commits`,
        why: 'it is too long',
      });
    addWords(reading, files, proposal);
    return await scanned(deps, reading, { files, commits: Math.min(commits.length, mostCommits) });
  },
});

type Versions = { readonly base: Sha; readonly head: Sha; readonly files: readonly FileChange[] };

/** What is to be scanned, within bounds. */
class Reading {
  readonly texts: PlacedText[] = [];
  readonly unread: { what: string; why: string }[] = [];
  readonly #git: Pick<GitReader, 'readFile' | 'diff'>;
  #versions = 0;
  #bytes = 0;

  constructor(git: Pick<GitReader, 'readFile' | 'diff'>) {
    this.#git = git;
  }

  async addFiles({ base, head, files }: Versions, commit?: Sha): Promise<void> {
    for (const file of files) {
      const { path, oldPath, status, kind } = file;
      if (status === 'deleted' || kind === 'submodule') continue;
      const place: Place = commit === undefined ? { kind: 'file', path } : { kind: 'history', path, commit };
      const fault = file.binary ? 'it is binary' : await this.#addVersion(place, head, path);
      const what = commit === undefined ? path : `${path} of commit ${commit.slice(0, 12)}`;
      if (fault !== undefined) this.unread.push({ what, why: fault });
      // What cannot be read here hides nothing: it only makes what the change brings count as new.
      else if (status !== 'added')
        await this.#addVersion({ kind: 'file', path }, base, oldPath ?? path, 'base');
    }
  }

  async addCommit({ sha, parents, message }: GitCommit, before: Sha): Promise<void> {
    const fault = this.addText({ kind: 'message', commit: sha }, message);
    if (fault !== undefined)
      this.unread.push({ what: `the message of commit ${sha.slice(0, 12)}`, why: fault });
    const [parent] = parents;
    if (parent === undefined) {
      this.unread.push({ what: `commit ${sha.slice(0, 12)}`, why: 'it has no parent' });
      return;
    }
    const files = [...(await this.#git.diff(parent, sha))];
    // Of a merge only what no parent holds is its own: the rest came in with them.
    for (const other of parents.slice(1)) {
      const own = new Set((await this.#git.diff(other, sha)).map(({ path }) => path));
      files.splice(0, files.length, ...files.filter(({ path }) => own.has(path)));
    }
    await this.addFiles({ base: before, head: sha, files }, sha);
  }

  addText(place: Place, text: string, side: PlacedText['side'] = 'head'): string | undefined {
    if (text.length > mostBytes) return 'it is too large';
    this.#bytes += text.length;
    if (this.#bytes > mostBytesInAll) return 'the change holds too much text';
    this.texts.push({ place, side, text });
    return undefined;
  }

  async #addVersion(place: Place, tree: Sha, path: string, side: PlacedText['side'] = 'head') {
    this.#versions += 1;
    if (this.#versions > 2 * mostVersions) return 'the change has too many files and commits';
    const bytes = await this.#git.readFile(tree, path);
    if (bytes === undefined) return 'it cannot be read';
    return bytes.includes(0) ? 'it is binary' : this.addText(place, bytes.toString('utf8'), side);
  }
}

/** All that landing it would make reachable, newest first. A merge brings the commits of its other parents too. */
async function commitsOf(
  git: Pick<GitReader, 'history'>,
  base: Sha,
  head: Sha,
): Promise<readonly GitCommit[]> {
  const found = new Map<Sha, GitCommit>();
  const tips = [head];
  for (let tip = tips.pop(); tip !== undefined && found.size <= mostCommits; tip = tips.pop()) {
    for (const commit of (await git.history(base, tip)).toReversed()) {
      if (found.has(commit.sha)) break;
      found.set(commit.sha, commit);
      tips.push(...commit.parents.slice(1));
    }
  }
  return [...found.values()];
}

function addWords(reading: Reading, files: readonly FileChange[], { title, ref, record }: Proposal): void {
  for (const { path, status } of files) {
    if (status === 'added' || status === 'renamed') reading.addText({ kind: 'name', path }, path);
  }
  const said = { title, ref, record: JSON.stringify(record) };
  for (const part of ['title', 'ref', 'record'] as const) {
    const fault = reading.addText({ kind: 'proposal', part }, said[part]);
    if (fault !== undefined) reading.unread.push({ what: `the ${part} of the proposal`, why: fault });
  }
}

async function scanned(
  { secrets }: Pick<GuardrailPorts, 'secrets'>,
  { texts, unread }: Reading,
  { files, commits }: { files: readonly FileChange[]; commits: number },
): Promise<SecretFacts> {
  const answers = await secrets.scan(
    texts.map(({ place, text }, at) => ({ id: String(at), path: pathOf(place), text })),
  );
  const matches = texts.map((_, at) => answers.get(String(at)) ?? []);
  const unanswered = texts.flatMap(({ place, side }, at) =>
    answers.has(String(at)) || side === 'base'
      ? []
      : [{ what: pathOf(place) || 'a message or a name', why: 'the scanner gave no answer' }],
  );
  return {
    found: newSecrets(texts, matches),
    unread: [...unread, ...unanswered],
    keyFiles: files
      .filter(({ status, path, oldPath }) =>
        status === 'added'
          ? isKeyFile(path)
          : status === 'renamed' && isKeyFile(path) && !isKeyFile(oldPath ?? ''),
      )
      .map(({ path }) => path),
    lookAways: lookAways(texts),
    looked: { files: files.filter(({ status }) => status !== 'deleted').length, commits },
  };
}
