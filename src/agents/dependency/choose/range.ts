import semver from 'semver';
import type { RangeStrategy } from '../../../domain/npm/range-strategy.ts';
import { readSpec } from '../../../domain/npm/spec.ts';
import { type Alternative, alternativesOf, aroundIt, withRaisedEnd } from './ranges/forms.ts';

/** What becomes of a manifest's range when `to` is to be locked. `keep`: it admits `to` as it is. */
export type RangeEdit =
  | { readonly kind: 'replace'; readonly spec: string }
  | { readonly kind: 'keep' }
  | { readonly kind: 'unable'; readonly why: string };

/** Nobody writes a longer one by hand. */
const maxLength = 1000;

const unable = (why: string): RangeEdit => ({ kind: 'unable', why });

/** A new range that is proposed admits `to`, whatever the strategy; else there is none. */
export function moveRange(
  name: string,
  spec: string,
  to: string,
  strategy: RangeStrategy = 'bump',
): RangeEdit {
  if (spec.length > maxLength) return unable(`its range has over ${maxLength} characters`);
  const alias = /^npm:((?:@[^/@]+\/)?[^/@]+)(?:@(.*))?$/.exec(spec.trim());
  if (alias !== null) {
    const [, real = '', inner = '*'] = alias;
    const edit = moveRange(real, inner, to, strategy);
    return edit.kind === 'replace' ? { ...edit, spec: `npm:${real}@${edit.spec}` } : edit;
  }
  const read = readSpec(name, spec);
  const version = semver.parse(to);
  if (read.kind === 'other') return unable(`"${spec}" is ${read.why}`);
  if (version === null) return unable(`"${to}" is no version`);
  const moved = strategies[strategy](spec, version);
  if (moved === spec) return { kind: 'keep' };
  return moved === undefined || !semver.satisfies(to, moved)
    ? unable(`"${spec}" does not admit ${to}, and ranges are ${told[strategy]}`)
    : { kind: 'replace', spec: moved };
}

const told: Readonly<Record<RangeStrategy, string>> = {
  bump: 'raised only where they have a form for it',
  replace: 'replaced only where they have a form for it',
  widen: 'widened only where they have a form for it',
  'lockfile-only': 'not changed',
};

/** The new range, or the old one where it stays; undefined: there is none. */
type Move = (range: string, to: semver.SemVer) => string | undefined;

const admits: Move = (range, to) => (semver.satisfies(to, range) ? range : undefined);

const strategies: Readonly<Record<RangeStrategy, Move>> = {
  bump: (range, to) => raised(range, to) ?? admits(range, to) ?? replaced(range, to),
  replace: (range, to) => admits(range, to) ?? replaced(range, to),
  // Whoever names one version wants one.
  widen: (range, to) => admits(range, to) ?? pinned(range, to) ?? widened(range, to),
  'lockfile-only': admits,
};

/** A whole version is the lowest that is admitted, and moves: exact stays exact, ^ stays ^, ~ stays ~. */
function raised(range: string, to: semver.SemVer): string | undefined {
  const found = /^([\^~=]?)(v?)\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.exec(range.trim());
  return found === null ? undefined : `${found[1]}${found[2]}${to.version}`;
}

/** Where a single version stands, the new one. */
function pinned(range: string, to: semver.SemVer): string | undefined {
  return /^\s*[\^~]/.test(range) ? undefined : raised(range, to);
}

/** About `to` alone, in the form of the alternative that goes highest. */
function replaced(range: string, to: semver.SemVer): string {
  const { text } = highest(alternativesOf(range));
  const moved = (withRaisedEnd(text, to) ?? aroundIt(text, to))?.trim();
  return moved !== undefined && semver.satisfies(to, moved) ? moved : `^${to.version}`;
}

/** Everything that it admits, and `to`. */
function widened(range: string, to: semver.SemVer): string | undefined {
  const all = alternativesOf(range);
  const top = highest(all);
  const end = withRaisedEnd(top.text, to);
  const stretched = all.map((each) => (each === top ? end : each.text)).join('||');
  if (end !== undefined && semver.satisfies(to, stretched) && isWithin(range, stretched)) return stretched;
  const added = `${range.trimEnd()} || ${aroundIt(top.text, to) ?? `^${to.version}`}`;
  return isWithin(range, added) ? added : undefined;
}

function isWithin(inner: string, outer: string): boolean {
  return semver.subset(inner, outer);
}

function highest(all: readonly Alternative[]): Alternative {
  return all.reduce((top, each) => {
    if (each.lowest === null) return top;
    return top.lowest === null || semver.gte(each.lowest, top.lowest) ? each : top;
  });
}
