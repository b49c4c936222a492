import semver from 'semver';
import { readSpec } from '../../../domain/npm/spec.ts';
import { printable } from '../../../domain/printable.ts';
import type { Problem } from '../facts.ts';
import type { Mark, MarkKind } from './mark.ts';
import { partsOf } from './parts.ts';
import type { PackageProfile } from './profile.ts';

/** What is new in a package, by what follows from it. */
export type News = {
  readonly failures: readonly Problem[];
  readonly doubts: readonly Problem[];
  readonly notes: readonly Problem[];
};

const fatal: ReadonlySet<MarkKind> = new Set<MarkKind>([
  'network',
  'exec',
  'eval',
  'dynamic-require',
  'global-patching',
  'binary',
  'invisible-unicode',
]);
const doubtful: ReadonlySet<MarkKind> = new Set<MarkKind>(['file-writes', 'minified', 'link', 'unread']);

export type Around = {
  /** The packages that the change's lockfile holds, each looked into or there before. */
  readonly known: ReadonlySet<string>;
  /** Nothing outside the package loads a file inside it by name. */
  readonly closed: boolean;
};

export function compare(
  key: string,
  old: readonly PackageProfile[],
  now: PackageProfile,
  { known, closed }: Around,
): News {
  const news: { [List in keyof News]: Problem[] } = { failures: [], doubts: [], notes: [] };
  const parts = partsOf(old, now, closed);
  const loaded = parts.flatMap((part) => (part.loaded ? part.now : []));
  const talks = loaded.some(({ kind }) => kind === 'network');
  const talked = old.some(({ marks }) => marks.some(({ kind }) => kind === 'network'));
  const idle = parts.filter((part) => !part.loaded).flatMap((part) => grown(part.old, part.now));
  for (const [mark, count, before] of idle) {
    const detail = `${key} ${describe(mark, count, before)} (nothing loads this file)`;
    news.notes.push({ code: `supply-chain.idle-${mark.kind}`, detail });
  }
  const counting = parts.filter((part) => part.loaded).flatMap((part) => grown(part.old, part.now));
  for (const [mark, count, before] of counting) {
    const problem = (word: 'new' | 'more'): Problem => ({
      code: `supply-chain.${word}-${mark.kind}`,
      detail: `${key} ${describe(mark, count, before)}`,
    });
    const isMore = before > 0 || (mark.kind === 'network' && talked) || wasBinary(mark, old);
    if (fatal.has(mark.kind) && !isMore) news.failures.push(problem('new'));
    else if (fatal.has(mark.kind)) news.doubts.push(problem('more'));
    else if (doubtful.has(mark.kind) || (talks && mark.kind !== 'image')) news.doubts.push(problem('new'));
    else news.notes.push(problem('new'));
  }
  for (const rule of [specs, licence, surface]) {
    const found = rule(key, old, now, known);
    for (const list of ['failures', 'doubts', 'notes'] as const) news[list].push(...(found[list] ?? []));
  }
  return news;
}

/** A package that ships such files ships others with each release. */
function wasBinary({ kind, path }: Mark, old: readonly PackageProfile[]): boolean {
  if (kind !== 'binary') return false;
  const ending = (text: string) => /[^/.]*$/.exec(text)?.[0];
  return old.some(({ marks }) => marks.some((one) => one.kind === kind && ending(one.path) === ending(path)));
}

/** One mark for each kind and `what` of which there are more than in every old version, with both counts. */
function grown(
  old: readonly (readonly Mark[])[],
  now: readonly Mark[],
): readonly (readonly [Mark, number, number])[] {
  const before = old.map(tally);
  return [...tally(now)].flatMap(([id, { mark, count }]) => {
    const had = Math.max(0, ...before.map((each) => each.get(id)?.count ?? 0));
    return count > had ? [[mark, count, had] as const] : [];
  });
}

function tally(marks: readonly Mark[]): ReadonlyMap<string, { mark: Mark; count: number }> {
  const counts = new Map<string, { mark: Mark; count: number }>();
  for (const mark of marks) {
    const id = `${mark.kind} ${mark.what}`;
    const found = counts.get(id);
    if (found === undefined) counts.set(id, { mark, count: 1 });
    else found.count += 1;
  }
  return counts;
}

function describe({ kind, what, path, line, quote }: Mark, count: number, before: number): string {
  const thing = /^[0-9a-f]{64}$/.test(what) ? '' : ` (${what})`;
  const place = line === 0 ? path : `${path}:${line}`;
  const more = before > 0 ? `, ${count} times instead of ${before}` : '';
  return printable(`has ${kind}${thing}${more}: ${place}${quote === '' ? '' : `: ${quote}`}`);
}

type Rule = (
  key: string,
  old: readonly PackageProfile[],
  now: PackageProfile,
  known: ReadonlySet<string>,
) => Partial<News>;

const specs: Rule = (key, old, now, known) => {
  const failures: Problem[] = [];
  const doubts: Problem[] = [];
  for (const [name, spec] of now.manifest.dependencies) {
    if (old.some(({ manifest }) => manifest.dependencies.get(name) === spec)) continue;
    const read = readSpec(name, spec);
    const detail = printable(`${key} needs ${name} from ${spec}`);
    if (read.kind === 'other' && !/^(npm:|[\w.-]*$)/.test(spec)) {
      failures.push({ code: 'supply-chain.non-registry-spec', detail });
    } else if (!known.has(name)) doubts.push({ code: 'supply-chain.new-dependency', detail });
  }
  return { failures, doubts };
};

const licence: Rule = (key, old, now) => {
  if (old.length === 0 || old.some(({ manifest }) => manifest.license === now.manifest.license)) return {};
  const detail = printable(
    `${key} is licensed under ${now.manifest.license}, and was under ${old[0]?.manifest.license}`,
  );
  return { doubts: [{ code: 'supply-chain.licence-changed', detail }] };
};

/** What its users see: other guardrails say whether it harms them. */
const surface: Rule = (key, old, now) => {
  const before = old.at(-1)?.manifest;
  if (before === undefined) return {};
  const notes: Problem[] = [];
  const note = (what: string, detail: string) =>
    notes.push({ code: `supply-chain.${what}`, detail: printable(detail) });
  const gone = before.exports.filter((each) => !now.manifest.exports.includes(each));
  if (gone.length > 0) note('exports-removed', `${key} no longer exports ${gone.slice(0, 5).join(', ')}`);
  const added = now.manifest.bins.filter((each) => !before.bins.includes(each));
  if (added.length > 0) note('bin-added', `${key} brings the command ${added.slice(0, 5).join(', ')}`);
  const { node } = now.manifest;
  if (node !== undefined && node !== before.node && !covers(before.node ?? '*', node)) {
    note('engines-narrowed', `${key} needs Node ${node}, and needed ${before.node ?? 'any'}`);
  }
  return { notes };
};

function covers(old: string, now: string): boolean {
  return semver.validRange(old) !== null && semver.validRange(now) !== null && semver.subset(old, now);
}
