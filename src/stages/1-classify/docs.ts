import type { FileChange } from '../../domain/change.ts';
import { isDocumentPath } from './paths.ts';
import type { Ruling } from './ruling.ts';

/** Path of a document -> the file of the code that reads, imports or ships it. */
export type DocumentReaders = ReadonlyMap<string, string>;

/** Documentation that nothing runs: text files, none of which the code reads. */
export function ruleDocs(files: readonly FileChange[], readers: DocumentReaders): Ruling {
  for (const file of files) {
    const reason = refusal(file, readers);
    if (reason !== undefined) return { class: 'other', reasons: [reason] };
  }
  return { class: 'docs', reasons: ['Only documentation changes, and no code of the project reads it.'] };
}

function refusal(file: FileChange, readers: DocumentReaders): string | undefined {
  const paths = file.oldPath === undefined ? [file.path] : [file.path, file.oldPath];
  const stranger = paths.find((path) => !isDocumentPath(path));
  if (stranger !== undefined) return `${stranger} is not documentation.`;
  if (file.kind !== 'file' || file.status === 'type-changed')
    return `${file.path} is a ${file.kind}, not a text file.`;
  if (file.binary) return `${file.path} is binary, not text.`;
  for (const path of paths) {
    const reader = readers.get(path);
    if (reader !== undefined) return `${path} is documentation that ${reader} reads or ships.`;
  }
  return undefined;
}

/**
 * Which documents does a source text name? Deliberately coarse: its file name anywhere, its folder as a whole quoted
 * path, or a quoted pattern or extension for such files. Naming without reading counts too: then a person decides.
 */
export function documentsNamedIn(text: string, documents: readonly string[]): readonly string[] {
  const quoted = new Set(
    [...text.matchAll(/(['"`])((?:(?!\1)[^\\\n]){1,200})\1/g)].map((match) => match[2] ?? ''),
  );
  const extensions = new Set<string>();
  for (const literal of quoted) {
    const found = /(?:^|\*|\{|,|\|)\.?(md|markdown|rst|adoc|asciidoc|txt)\b[^/]*$/i.exec(literal);
    if (found?.[1] !== undefined) extensions.add(found[1].toLowerCase());
  }
  const folders = new Set([...quoted].map((literal) => literal.replace(/^(\.{1,2}\/)+|\/+$/g, '')));
  const lower = text.toLowerCase();
  return documents.filter((path) => {
    const parts = path.split('/');
    const name = (parts.pop() ?? '').toLowerCase();
    const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '';
    return (
      lower.includes(name) ||
      extensions.has(extension) ||
      parts.some((_, at) => folders.has(parts.slice(0, at + 1).join('/')))
    );
  });
}
