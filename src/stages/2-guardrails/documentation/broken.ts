import type { DocumentLink } from '../../../domain/document.ts';
import type { DocumentSide } from './facts.ts';
import { isMarkdown } from './paths.ts';
import { targetOf } from './target.ts';

export type BrokenLink = {
  readonly kind: 'dead-link' | 'dead-anchor' | 'not-read';
  /** The document that holds it. */
  readonly from: string;
  readonly link: DocumentLink;
};

/** A side with what is asked of it often. */
export type Site = DocumentSide & {
  readonly folders: ReadonlySet<string>;
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>;
};

export function siteOf(side: DocumentSide): Site {
  const folders = new Set(['']);
  for (const path of side.paths) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const anchors = new Map([...side.outlines].map(([path, outline]) => [path, new Set(outline.anchors)]));
  return { ...side, folders, anchors };
}

/** undefined: it leads somewhere, or out of the repository. */
export function brokenLink(site: Site, from: string, link: DocumentLink): BrokenLink | undefined {
  const target = targetOf(link.url, from, link.image);
  if (target.kind !== 'local') return undefined;
  const path = found(site, target.path, from);
  if (path === undefined) return { kind: 'dead-link', from, link };
  if (target.fragment === '' || !isMarkdown(path) || isLineOrTop(target.fragment)) return undefined;
  const anchors = site.anchors.get(path);
  if (anchors === undefined) return { kind: 'not-read', from, link };
  // GitHub gives names that HTML sets a prefix, which a link may name or leave away.
  const name = target.fragment.replace(/^user-content-/, '');
  return anchors.has(name) || anchors.has(target.fragment) ? undefined : { kind: 'dead-anchor', from, link };
}

/** Generators of sites let a link leave the ending away, and take a folder above the document for their root. */
function found(site: Site, path: string, from: string): string | undefined {
  const roots = [''];
  const parts = from.split('/').slice(0, -1);
  for (const [at] of parts.entries()) roots.push(`${parts.slice(0, at + 1).join('/')}/`);
  for (const root of roots) {
    const base = `${root}${path}`;
    const files = [
      base,
      `${base}.md`,
      `${base}/README.md`,
      `${base}/index.md`,
      base.replace(/\.html$/, '.md'),
    ];
    const file = files.find((each) => site.paths.has(each));
    if (file !== undefined) return file;
    if (site.folders.has(base.replace(/\/$/, ''))) return base;
  }
  return undefined;
}

/** Lines of a file's source, the top of a page, text to look for: no headings. */
function isLineOrTop(fragment: string): boolean {
  return /^(L\d+(C\d+)?(-L\d+(C\d+)?)?|top|:~:.*)$/i.test(fragment);
}
