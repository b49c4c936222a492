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

export function deadLinks(site: Site, readings: Readings): readonly DeadLink[] {
  return [...readings].flatMap(([path, { outline, places }]) => {
    const dead = outline.links.flatMap((link, index): DeadLink[] => {
      const broken = brokenLink(site, path, link);
      const target = targetOf(link.url, path, link.image);
      if (broken === undefined || target.kind !== 'local' || broken.kind === 'not-read') return [];
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
export function mendLink(dead: DeadLink, site: Site, moves: Moves): Finding {
  const { path, link, at, kind } = dead;
  const leads = kind === 'dead-anchor' ? 'but no heading has that name' : 'which is not there';
  const place = {
    kind: 'links',
    path,
    line: link.line,
    code: kind,
    what: `points at ${link.url}, ${leads}`,
  } as const;
  const found = kind === 'dead-anchor' ? rightAnchor(dead, site) : rightFile(dead, site, moves);
  if ('why' in found) return { ...place, why: found.why };
  if (at === null)
    return {
      ...place,
      why: `${found.url} is meant (${found.proof}); where the link is written is not clear`,
    };
  return { ...place, at, before: link.url, after: found.url, proof: found.proof };
}

type Right = { readonly url: string; readonly proof: string } | { readonly why: string };

function rightAnchor({ link, path, target, fragment }: DeadLink, site: Site): Right {
  const of = site.anchors.has(target) ? target : `${target}.md`;
  const nearest = nearestAnchor(fragment, [...(site.anchors.get(of) ?? [])]);
  if (nearest === undefined) return { why: `no heading of ${of === path ? 'it' : of} is clearly meant` };
  const url = `${link.url.slice(0, link.url.indexOf('#'))}#${nearest}`;
  return { url, proof: `the heading of ${of} that is nearest by far` };
}

function rightFile(dead: DeadLink, site: Site, moves: Moves): Right {
  const found = fileOf(dead, site, moves);
  if ('why' in found) return found;
  const { file, proof } = found;
  const { link, path, fragment } = dead;
  const rest = /[?#].*$/s.exec(link.url)?.[0] ?? '';
  const plain = writtenAs(file, path, link.url.slice(0, link.url.length - rest.length));
  const url = `${plain}${rest}`;
  if (!leadsTo(file, plain, dead))
    return { why: `${file} is meant (${proof}), and cannot be written as a link` };
  if (brokenLink(site, path, { ...link, url }) === undefined) return { url, proof };
  const nearest = nearestAnchor(fragment, [...(site.anchors.get(file) ?? [])]);
  if (nearest === undefined) return { why: `${file} is meant (${proof}), but it has no heading ${fragment}` };
  return { url: `${plain}#${nearest}`, proof: `${proof}; its nearest heading by far` };
}

/** DANGER: a file may be named `javascript:…`, or as another host is. */
function leadsTo(file: string, url: string, { path, link }: DeadLink): boolean {
  const target = targetOf(url, path, link.image);
  return target.kind === 'local' && (target.path === file || target.path === file.replace(/\.[a-z]+$/i, ''));
}

type File = { readonly file: string; readonly proof: string } | { readonly why: string };

function fileOf({ target }: DeadLink, site: Site, moves: Moves): File {
  const moved = moves.get(target);
  if (moved !== undefined && site.paths.has(moved.to))
    return { file: moved.to, proof: `git saw ${target} become it in ${moved.commit.slice(0, 12)}` };
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
