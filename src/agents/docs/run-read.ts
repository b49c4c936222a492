import type { Sha } from '../../domain/change.ts';
import type { DocumentReading } from '../../domain/document.ts';
import { isDocumentPath } from '../../domain/path-kinds.ts';
import { compilePattern, foldedPath } from '../../domain/path-pattern.ts';
import type { DocumentReader } from '../../ports/document-reader.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import { siteOf } from '../../stages/2-guardrails/documentation/broken.ts';
import { isMarkdown } from '../../stages/2-guardrails/documentation/paths.ts';
import type { Skipped } from '../portions.ts';

/** What is looked through: of one document, of all, and at once by one parser. */
const limits = { documents: 400, bytes: 512 * 1024, all: 32 * 1024 * 1024, batch: 1024 * 1024, alone: 8 };
const atOnce = 8;

export type Listed = Awaited<ReturnType<GitReader['list']>>[number];

export type ReadDocs = {
  readonly base: Sha;
  readonly listed: readonly Listed[];
  readonly site: ReturnType<typeof siteOf>;
  readonly texts: ReadonlyMap<string, string>;
  /** Of those that were read. */
  readonly readings: ReadonlyMap<string, DocumentReading>;
  /** Those that may be mended. */
  readonly own: ReadonlyMap<string, DocumentReading>;
  readonly skipped: readonly Skipped[];
};

export type ReadingDeps = {
  readonly git: Pick<GitReader, 'resolve' | 'readFile' | 'list'>;
  readonly documents: Pick<DocumentReader, 'readings'>;
};

export type ReadingSettings = {
  readonly target: string;
  /** Paths and patterns of documents that are left alone. */
  readonly ignore: readonly string[];
  /** Of the configuration, besides those that always are. */
  readonly protectedPaths: readonly string[];
};

/** Every Markdown file of the branch. No symbolic link is one. */
export async function readDocs(deps: ReadingDeps, settings: ReadingSettings): Promise<ReadDocs> {
  const base = await deps.git.resolve(settings.target);
  const listed = await deps.git.list(base, '');
  const skipped: Skipped[] = [];
  const chosen = choose(listed, skipped);
  const texts = await textsOf(deps.git, base, chosen, skipped);
  const readings = await readingsOf(deps.documents, texts, skipped);
  const isOwn = ownDocuments(settings);
  return {
    base,
    listed,
    texts,
    readings,
    own: new Map([...readings].filter(([path]) => isOwn(path))),
    site: siteOf({
      paths: new Set(listed.map(({ path }) => path)),
      outlines: new Map([...readings].map(([path, { outline }]) => [path, outline])),
    }),
    skipped,
  };
}

function choose(listed: readonly Listed[], skipped: Skipped[]): readonly Listed[] {
  const all = listed.filter(({ path, kind }) => kind === 'file' && isMarkdown(path) && !isForeign(path));
  const fitting: Listed[] = [];
  let bytes = 0;
  for (const each of all) {
    bytes += each.size <= limits.bytes ? each.size : 0;
    if (each.size > limits.bytes) skipped.push(notRead(each.path, 'it is over 512 KiB'));
    else if (fitting.length < limits.documents && bytes <= limits.all) fitting.push(each);
  }
  const rest = all.filter(({ size }) => size <= limits.bytes).length - fitting.length;
  if (rest > 0) skipped.push(notRead(`${rest} documents`, 'there are too many'));
  return fitting;
}

async function textsOf(git: ReadingDeps['git'], base: Sha, chosen: readonly Listed[], skipped: Skipped[]) {
  const texts = new Map<string, string>();
  for (let at = 0; at < chosen.length; at += atOnce) {
    const batch = chosen.slice(at, at + atOnce);
    const contents = await Promise.all(batch.map(({ path }) => git.readFile(base, path)));
    for (const [index, content] of contents.entries()) {
      const text = content?.toString('utf8');
      const path = batch[index]?.path ?? '';
      // What is not UTF-8 could not be written back as it was.
      if (text !== undefined && content?.equals(Buffer.from(text)) === true) texts.set(path, text);
      else skipped.push(notRead(path, 'it is not in UTF-8'));
    }
  }
  return texts;
}

type Source = { readonly id: string; readonly path: string; readonly text: string };

/** One hostile document must not keep the others of its batch from being read. */
async function readingsOf(
  documents: ReadingDeps['documents'],
  texts: ReadonlyMap<string, string>,
  skipped: Skipped[],
): Promise<ReadonlyMap<string, DocumentReading>> {
  const found = new Map<string, DocumentReading>();
  const missed: Source[] = [];
  for (const batch of batches([...texts].map(([path, text]) => ({ id: path, path, text })))) {
    const answers = await documents.readings(batch);
    for (const [path, reading] of answers) found.set(path, reading);
    missed.push(...batch.filter(({ path }) => !answers.has(path)));
  }
  for (const [index, one] of missed.entries()) {
    const reading = index < limits.alone ? (await documents.readings([one])).get(one.id) : undefined;
    if (reading === undefined) skipped.push(notRead(one.path, 'the parser gave no answer'));
    else found.set(one.path, reading);
  }
  return found;
}

function batches(sources: readonly Source[]): readonly (readonly Source[])[] {
  const all: Source[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const source of sources) {
    size += source.text.length;
    if (size > limits.batch) {
      all.push([]);
      size = source.text.length;
    }
    all.at(-1)?.push(source);
  }
  return all;
}

/** What a change of class docs may touch, and what is written here. */
function ownDocuments({ ignore, protectedPaths }: ReadingSettings): (path: string) => boolean {
  const ignored = ignore.map(compilePattern);
  const extra = protectedPaths.map(compilePattern);
  return (path) =>
    isDocumentPath(path) &&
    !isProtectedPath(path, extra) &&
    !ignored.some((pattern) => pattern.test(foldedPath(path)));
}

function isForeign(path: string): boolean {
  return /(^|\/)(node_modules|vendor|third[_-]party|fixtures?|__fixtures__|testdata)\//i.test(path);
}

function notRead(name: string, why: string): Skipped {
  return { name, code: 'docs.not-read', reason: `Not looked at: ${why}.` };
}
