import type { DocumentLink, DocumentReading } from '../../domain/document.ts';
import { type BrokenLink, brokenLink, type Site } from '../../stages/2-guardrails/documentation/broken.ts';
import { isMarkdown } from '../../stages/2-guardrails/documentation/paths.ts';
import { targetOf } from '../../stages/2-guardrails/documentation/target.ts';
import { nearestAnchor } from './anchors.ts';
import type { Finding } from './finding.ts';

/** Where git says that a file went, by its old path. */
export type Moves = ReadonlyMap<string, { readonly to: string; readonly commit: string }>;

export type Readings = ReadonlyMap<string, DocumentReading>;

/** So that one document cannot take the time of the others. */
const mostOfADocument = 50;

/** A program puts the URL in. */
const template = /\{\{|\{%|<%|\$\{/;

export type DeadLink = {
  readonly path: string;
  readonly link: DocumentLink;
  /** null: where it is written is not clear. */
  readonly at: number | null;
  /** What it names, from the root. */
  readonly target: string;
  readonly fragment: string;
  readonly kind: BrokenLink['kind'];
};

/** What is known of the repository. */
export type Known = {
  readonly site: Site;
  readonly moves: Moves;
  readonly isOnSite: (path: string) => boolean;
  /** Documents whose headings another program than GitHub may name. */
  readonly strange: ReadonlySet<string>;
};

export function deadLinks(site: Site, readings: Readings): readonly DeadLink[] {
  return [...readings].flatMap(([path, { outline, places }]) => {
    const dead = outline.links.flatMap((link, index): DeadLink[] => {
      const broken = brokenLink(site, path, link);
      const target = targetOf(link.url, path, link.image);
      if (broken === undefined || target.kind !== 'local' || broken.kind === 'not-read') return [];
      if (template.test(link.url)) return [];
      const { path: named, fragment } = target;
      return [{ path, link, at: places[index] ?? null, target: named, fragment, kind: broken.kind }];
    });
    // What refers to a definition is mended where that is written.
    const placed = new Set(dead.flatMap(({ at, link }) => (at === null ? [] : [link.url])));
    const once = dead.filter(({ at, link }) => at !== null || !placed.has(link.url));
    return once.slice(0, mostOfADocument);
  });
}

/** Mends a link where one target is the right one; else says why it is not clear. */
export function mendLink(dead: DeadLink, known: Known): Finding {
  const { path, link, at, kind } = dead;
  const leads = kind === 'dead-anchor' ? 'but no heading has that name' : 'which is not there';
  const place = {
    kind: 'links',
    path,
    line: link.line,
    code: kind,
    what: `points at ${link.url}, ${leads}`,
  } as const;
  const found = kind === 'dead-anchor' ? rightAnchor(dead, known) : rightFile(dead, known);
  if ('why' in found) return { ...place, why: found.why };
  if (at === null)
    return {
      ...place,
      why: `${found.url} is meant (${found.proof}); where the link is written is not clear`,
    };
  return { ...place, at, before: link.url, after: found.url, proof: found.proof };
}

type Right = { readonly url: string; readonly proof: string } | { readonly why: string };

function rightAnchor({ link, path, target, fragment }: DeadLink, known: Known): Right {
  const of = known.site.anchors.has(target) ? target : `${target}.md`;
  const found = anchorOf(of, fragment, known);
  if ('why' in found) return { why: found.why.replace(path, 'it') };
  const url = `${link.url.slice(0, link.url.indexOf('#'))}#${found.anchor}`;
  return { url, proof: `the heading of ${of} that is nearest by far` };
}

function anchorOf(
  of: string,
  fragment: string,
  { site, isOnSite, strange }: Known,
): { readonly anchor: string } | { readonly why: string } {
  if (isOnSite(of)) return { why: `a generator of sites may name the headings of ${of} otherwise` };
  if (strange.has(of)) return { why: `so many anchors of ${of} are dead that something else may name them` };
  const anchor = nearestAnchor(fragment, [...(site.anchors.get(of) ?? [])]);
  return anchor === undefined ? { why: `no heading of ${of} is clearly meant` } : { anchor };
}

function rightFile(dead: DeadLink, known: Known): Right {
  const found = fileOf(dead, known);
  if ('why' in found) return found;
  const { file, proof } = found;
  const { link, path, fragment } = dead;
  const rest = /[?#].*$/s.exec(link.url)?.[0] ?? '';
  const plain = writtenAs(file, path, link.url.slice(0, link.url.length - rest.length));
  const url = `${plain}${rest}`;
  if (!leadsTo(file, plain, dead))
    return { why: `${file} is meant (${proof}), and cannot be written as a link` };
  if (brokenLink(known.site, path, { ...link, url }) === undefined) return { url, proof };
  const nearest = anchorOf(file, fragment, known);
  if ('why' in nearest) return { why: `${file} is meant (${proof}), but ${nearest.why}` };
  return { url: `${plain}#${nearest.anchor}`, proof: `${proof}; its nearest heading by far` };
}

/** DANGER: a file may be named `javascript:…`, or as another host is. */
function leadsTo(file: string, url: string, { path, link }: DeadLink): boolean {
  const target = targetOf(url, path, link.image);
  return target.kind === 'local' && (target.path === file || target.path === file.replace(/\.[a-z]+$/i, ''));
}

type File = { readonly file: string; readonly proof: string } | { readonly why: string };

function fileOf({ path: from, link, target }: DeadLink, { site, moves, isOnSite }: Known): File {
  const moved = moves.get(target);
  const isRooted = isOnSite(from) && link.url.startsWith('/');
  if (isRooted) return { why: 'a generator of sites may have another root' };
  if (moved !== undefined && site.paths.has(moved.to))
    return { file: moved.to, proof: `git saw ${target} become it in ${moved.commit.slice(0, 12)}` };
  if (isOnSite(from)) return { why: 'git knows of no move, and a generator of sites may make it' };
  const all = [...site.paths].filter((path) => !isForeign(path));
  const folded = all.filter((path) => path.toLowerCase() === target.toLowerCase());
  if (folded.length === 1 && folded[0] !== undefined)
    return { file: folded[0], proof: 'the same path but for upper and lower case' };
  const name = nameOf(target);
  if (isCommonName(name)) return { why: `many folders have a ${name}, and git knows of no move` };
  const named = all.filter((path) => nameOf(path) === name);
  if (named.length === 1 && named[0] !== undefined)
    return { file: named[0], proof: 'the only file of that name' };
  const few = named.slice(0, 3).join(', ');
  return {
    why: named.length === 0 ? 'no file has that name' : `${named.length} files have that name: ${few}`,
  };
}

/** As the link was: from the root, or from its document; with ./ in front, or without .md at the end. */
function writtenAs(file: string, from: string, before: string): string {
  const ending = isMarkdown(file) && !/\.[a-z]+$/i.test(before) ? file.replace(/\.[a-z]+$/i, '') : file;
  if (before.startsWith('/')) return `/${encoded(ending)}`;
  const [folder, parts] = [from.split('/').slice(0, -1), ending.split('/')];
  let same = 0;
  while (same < folder.length && same < parts.length - 1 && folder[same] === parts[same]) same += 1;
  const up = '../'.repeat(folder.length - same);
  const isBare = up === '' && before.startsWith('./');
  return `${up}${isBare ? './' : ''}${encoded(parts.slice(same).join('/'))}`;
}

/** Also what would end the link. */
function encoded(path: string): string {
  return encodeURI(path).replaceAll(
    /[()#?']/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isCommonName(name: string): boolean {
  return name === '' || /^(readme|index|changelog|license|package|main|mod)(\.|$)/i.test(name);
}

/** Not of this project. */
function isForeign(path: string): boolean {
  return /(^|\/)(node_modules|vendor|third[_-]party|fixtures?|__fixtures__|testdata)\//i.test(path);
}
