import semver from 'semver';

/** A version of which places may be open or left out: `v1.2`, `1.x`, `1.2.3-rc.1`. */
const partial =
  /^(v?)(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?$/;
/** One comparator; blanks between operator and version belong to its form. */
const comparator = /([<>]=?|=|\^|~>?)?(\s*)(v?[0-9xX*][0-9A-Za-z.*+-]*)/g;
const hyphen = /^(\s*\S+\s+-\s+)(\S+)(\s*)$/;

type Places = {
  readonly v: string;
  readonly places: readonly string[];
  readonly isPrerelease: boolean;
};

function readPlaces(text: string): Places | undefined {
  const [, v = '', ...rest] = partial.exec(text) ?? [];
  const places = rest.slice(0, 3).filter((place) => place !== undefined);
  return places.length === 0 ? undefined : { v, places, isPrerelease: rest[3] !== undefined };
}

const isOpen = (place: string): boolean => /^[xX*]$/.test(place);

/** The same places filled with those of `to`: `1.2` becomes `2.5`, `1.x` becomes `2.x`. undefined: it is no version. */
export function inPlaceOf(old: string, to: semver.SemVer): string | undefined {
  const read = readPlaces(old);
  if (read === undefined) return undefined;
  const { v, places, isPrerelease } = read;
  if (isPrerelease || to.prerelease.length > 0) return `${v}${to.version}`;
  const own = [to.major, to.minor, to.patch];
  return v + places.map((place, at) => (isOpen(place) ? place : String(own[at]))).join('.');
}

/**
 * The lowest bound of the old one's form that is above `to`: where `<1.2.0` ends a minor, `<1.6.0` does so above 1.5.0.
 * undefined: it is no version.
 */
function justAbove(old: string, to: semver.SemVer): string | undefined {
  const read = readPlaces(old);
  if (read === undefined) return undefined;
  const { v, places } = read;
  const last = Math.max(
    0,
    places.findLastIndex((place) => !isOpen(place) && Number(place) > 0),
  );
  const own = [to.major, to.minor, to.patch];
  const raised = places.map((place, at) => {
    if (isOpen(place)) return place;
    const part = own[at] ?? 0;
    return String(at < last ? part : at === last ? part + 1 : 0);
  });
  return v + raised.join('.');
}

/** One of the alternatives of a range, which `||` parts. */
export type Alternative = { readonly text: string; readonly lowest: semver.SemVer | null };

export function alternativesOf(range: string): readonly Alternative[] {
  return range.split('||').map((text) => ({ text, lowest: lowestOf(text) }));
}

function lowestOf(text: string): semver.SemVer | null {
  try {
    return semver.minVersion(text);
  } catch {
    return null;
  }
}

/** The upper end, and nothing else, raised so far that `to` is below it; undefined: it has none, or several. */
export function withRaisedEnd(alternative: string, to: semver.SemVer): string | undefined {
  const [, start, end, rest] = hyphen.exec(alternative) ?? [];
  if (start !== undefined && end !== undefined) {
    // Its end belongs to it.
    const raised = inPlaceOf(end, to);
    return raised === undefined ? undefined : `${start}${raised}${rest}`;
  }
  const ends = [...alternative.matchAll(comparator)].filter(([, operator]) => operator?.startsWith('<'));
  const [only, more] = ends;
  if (only === undefined || more !== undefined) return undefined;
  const [whole, operator = '', blank = '', version = ''] = only;
  const raised = operator === '<' ? justAbove(version, to) : inPlaceOf(version, to);
  if (raised === undefined) return undefined;
  const at = only.index;
  return `${alternative.slice(0, at)}${operator}${blank}${raised}${alternative.slice(at + whole.length)}`;
}

/** A single comparator about `to`, in the form of the old one: `~1.2` becomes `~2.5`. undefined: it is not a single one. */
export function aroundIt(alternative: string, to: semver.SemVer): string | undefined {
  const [only, more] = [...alternative.trim().matchAll(comparator)];
  if (only === undefined || more !== undefined || only[0] !== alternative.trim()) return undefined;
  const [, operator = '', blank = '', version = ''] = only;
  if (operator.startsWith('<')) return undefined;
  const moved = inPlaceOf(version, to);
  return moved === undefined ? undefined : `${operator === '>' ? '>=' : operator}${blank}${moved}`;
}
