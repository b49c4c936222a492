import type { Manifest } from '../npm/manifest.ts';

/** `ejs@^2.6.0`: a name, and what is asked of it. */
export type Descriptor = { readonly name: string; readonly range: string };

/** Throws an Error when it is none. */
export function readDescriptor(text: string): Descriptor {
  const found = /^((?:@[^/@\s,]+\/)?[^/@\s,]+)@(.+)$/.exec(text);
  const [, name, range] = found ?? [];
  if (name === undefined || range === undefined || name === '__proto__') {
    throw new Error(`${JSON.stringify(text.slice(0, 80))} names no package`);
  }
  return { name, range };
}

/** Yarn 4 writes `npm:` before a range, the others do not; before an alias all do. */
export function bareRange(range: string): string {
  const bare = range.startsWith('npm:') ? range.slice(4) : range;
  return bare.indexOf('@', 1) === -1 ? bare : range;
}

/** The root manifest's `resolutions`, by the last name of each pattern: what Yarn takes instead of what was asked for. */
export function resolutionsOf(root: Manifest | undefined): ReadonlyMap<string, readonly string[]> {
  const raw = root !== undefined && Object.hasOwn(root.raw, 'resolutions') ? root.raw.resolutions : undefined;
  const all = new Map<string, string[]>();
  if (typeof raw !== 'object' || raw === null) return all;
  for (const [pattern, value] of Object.entries(raw)) {
    const [, name] = /(?:^|\/)((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?$/.exec(pattern.slice(0, 300)) ?? [];
    if (name === undefined || typeof value !== 'string') continue;
    all.set(name, [...(all.get(name) ?? []), bareRange(value)]);
  }
  return all;
}
