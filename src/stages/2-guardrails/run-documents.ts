import type { FileChange, Sha } from '../../domain/change.ts';
import type { DocumentOutline } from '../../domain/document.ts';
import type { Classification } from '../../domain/stage.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { ChangedDocument, DocumentFacts } from './documentation/facts.ts';
import { isMarkdown, isProse } from './documentation/paths.ts';
import { alsoToRead } from './documentation/reading-list.ts';
import { changedSamples, newFaults } from './documentation/samples.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

const mostBytes = 512 * 1024;
const mostChanged = 100;
const mostOthers = 400;
const atOnce = 4;

export const gatherDocuments = gatherer<'documents'>()({
  needs: [],
  cost: 'light',
  gather: ({ deps, change }) => readDocuments(deps, change.classification),
});

type Deps = Pick<GuardrailPorts, 'git' | 'documents' | 'syntax'>;
type Unread = { what: string; why: string }[];

async function readDocuments(deps: Deps, change: Classification): Promise<DocumentFacts> {
  const { base, tree, files } = change;
  const none = { paths: new Set<string>(), outlines: new Map<string, DocumentOutline>() };
  const facts = { class: change.class, changed: [], faults: [], unread: [], base: none, head: none };
  if (!files.some(mayMatter)) return facts;
  const unread: Unread = [];
  const [basePaths, headPaths] = await Promise.all([pathsOf(deps.git, base), pathsOf(deps.git, tree)]);
  const changed = await changedOf(deps.git, change, unread);
  const sides = await outlinesOf(deps, changed, unread);
  const others = alsoToRead(files, changed, sides, headPaths);
  const more = await readOthers(deps, tree, others, unread);
  const samples = changedSamples(changed, sides);
  const answers = await deps.syntax.faults(samples.map(({ source }) => source));
  const { faults, unread: skipped } = newFaults(samples, answers);
  for (const { path, block } of skipped) {
    unread.push({ what: `the ${block.language} at ${path}:${block.line}`, why: 'the parser gave no answer' });
  }
  return {
    ...facts,
    changed,
    faults,
    unread,
    base: { paths: basePaths, outlines: new Map([...more, ...sides.base]) },
    head: { paths: headPaths, outlines: new Map([...more, ...sides.head]) },
  };
}

/** Documents, and whatever documents may point at that is gone. */
function mayMatter({ path, oldPath, status }: FileChange): boolean {
  return isProse(path) || isProse(oldPath ?? '') || status === 'deleted' || status === 'renamed';
}

async function pathsOf(git: Deps['git'], tree: Sha): Promise<ReadonlySet<string>> {
  return new Set((await git.list(tree, '')).map(({ path }) => path));
}

async function changedOf(
  git: Deps['git'],
  { base, tree, files }: Classification,
  unread: Unread,
): Promise<readonly ChangedDocument[]> {
  const changed: ChangedDocument[] = [];
  const documents = files.filter(({ path, status }) => isProse(path) && status !== 'deleted');
  for (const [at, { path, oldPath = path, status }] of documents.entries()) {
    const head = at < mostChanged ? await read(git, tree, path) : 'there are too many';
    const before = status === 'added' ? { text: '' } : await read(git, base, oldPath);
    if (typeof head === 'string') unread.push({ what: path, why: head });
    else
      changed.push({ path, oldPath, head: head.text, base: typeof before === 'string' ? '' : before.text });
  }
  return changed;
}

/** Why it cannot be read, or its text. */
async function read(git: Pick<GitReader, 'readFile'>, tree: Sha, path: string) {
  const bytes = await git.readFile(tree, path);
  if (bytes === undefined) return 'it cannot be read';
  return bytes.length > mostBytes ? 'it is too large' : { text: bytes.toString('utf8') };
}

async function outlinesOf({ documents }: Deps, changed: readonly ChangedDocument[], unread: Unread) {
  const markdown = changed.filter(({ path }) => isMarkdown(path));
  const answers = await documents.outlines(
    markdown.flatMap(({ path, oldPath, base, head }) => [
      { id: `base:${oldPath}`, path, text: base },
      { id: `head:${path}`, path, text: head },
    ]),
  );
  for (const { path } of markdown) {
    if (!answers.has(`head:${path}`)) unread.push({ what: path, why: 'the parser gave no answer' });
  }
  const side = (name: string) =>
    new Map(
      [...answers].flatMap(([id, outline]) =>
        id.startsWith(name) ? [[id.slice(name.length), outline]] : [],
      ),
    );
  return { base: side('base:'), head: side('head:') };
}

/** The change does not touch them: they are the same on both sides. */
async function readOthers(
  { git, documents }: Deps,
  tree: Sha,
  paths: readonly string[],
  unread: Unread,
): Promise<ReadonlyMap<string, DocumentOutline>> {
  if (paths.length > mostOthers) {
    unread.push({
      what: `${paths.length - mostOthers} documents that may point at it`,
      why: 'there are too many',
    });
  }
  const texts: { id: string; path: string; text: string }[] = [];
  const queue = paths.slice(0, mostOthers);
  const work = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const found = await read(git, tree, path);
      if (typeof found === 'string') unread.push({ what: path, why: found });
      else texts.push({ id: path, path, text: found.text });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const answers = await documents.outlines(texts);
  for (const { path } of texts) {
    if (!answers.has(path)) unread.push({ what: path, why: 'the parser gave no answer' });
  }
  return answers;
}
