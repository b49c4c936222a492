/** A number from 0 to `count - 1` that depends on the text alone. FNV-1a (Fowler, Noll, Vo; public domain), 32 bits. */
export function seeded(text: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % Math.max(1, count);
}
