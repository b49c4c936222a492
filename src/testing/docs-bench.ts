import { ChildDocumentReader } from '../adapters/document-reader/child-document-reader.ts';
import { ChildSpeller } from '../adapters/speller/child-speller.ts';
import { ChildSyntaxComparer } from '../adapters/syntax/child-syntax-comparer.ts';
import { type DocsAgentSettings, runDocsAgent } from '../agents/docs/run.ts';
import { type DocsKind, docsKinds } from '../domain/agents.ts';
import type { TempGit } from './temp-git.ts';

type Wish = Partial<DocsAgentSettings>;

/** The agent for documents with its real parts, on a repository of a test. */
export function docsBench(git: () => TempGit) {
  const tools = {
    documents: new ChildDocumentReader(),
    speller: new ChildSpeller(),
    syntax: new ChildSyntaxComparer(),
  };
  const look = (over: Wish = {}) => runDocsAgent({ git: git(), ...tools }, { ...settings, ...over });
  return {
    look,
    only: (kind: DocsKind) => ({ kinds: [kind] }),
    /** A text that no other has. */
    page: (title: string) =>
      `# ${title}\n\n${title} is told here, in some lines.\n\n## Set up ${title}\n\nText.\n`,
    told: async (over: Wish = {}) => (await look(over)).skipped.map(({ name, code }) => `${name} ${code}`),
    /** What the first proposal makes of a file. */
    async proposed(path: string, over: Wish = {}): Promise<string | undefined> {
      const head = (await look(over)).proposals[0]?.head;
      return head === undefined ? undefined : (await git().readFile(head, path))?.toString('utf8');
    },
  };
}

const settings: DocsAgentSettings = {
  target: 'main',
  asOf: new Date('2026-02-01T00:00:00Z'),
  kinds: docsKinds,
  ignore: [],
  words: [],
  protectedPaths: [],
  maxOpen: 4,
  maxFiles: 20,
  open: [],
  earlier: [],
};
