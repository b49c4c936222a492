import { distance } from 'fastest-levenshtein';

const least = 5;
const margin = 2;
const longest = 200;
/** What HTML names can hold more than a link can: quotes, parentheses, markup. */
const plainAnchor = /^[\p{L}\p{M}\p{N}\p{Pc}.-]+$/u;
/** Who writes a document with more decides how long it takes. */
const mostAnchors = 1_000;

/** The anchor that is clearly meant: few letters differ, no other comes near, and no digit differs. */
export function nearestAnchor(wanted: string, anchors: readonly string[]): string | undefined {
  const plain = folded(wanted);
  const all = [...new Set(anchors)].filter((anchor) => anchor.length <= longest && plainAnchor.test(anchor));
  const same = all.filter((anchor) => folded(anchor) === plain);
  if (same.length > 0) return same.length === 1 ? same[0] : undefined;
  if (plain.length < least || plain.length > longest || all.length > mostAnchors) return undefined;
  const far = all
    .map((anchor) => ({ anchor, by: distance(plain, folded(anchor)) }))
    .sort((a, b) => a.by - b.by);
  const [first, second] = far;
  if (first === undefined || first.by > Math.max(1, Math.floor(plain.length / 6))) return undefined;
  if (second !== undefined && second.by - first.by < margin) return undefined;
  return digitsOf(first.anchor) === digitsOf(wanted) ? first.anchor : undefined;
}

function folded(anchor: string): string {
  return anchor
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

/** `v1` and `v2` are near, and not the same. */
function digitsOf(anchor: string): string {
  return anchor.replaceAll(/\D+/g, ' ').trim();
}
