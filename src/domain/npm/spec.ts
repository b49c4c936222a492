import npa from 'npm-package-arg';
import semver from 'semver';

/** What a dependency's spec asks for. */
export type Spec =
  | { readonly kind: 'range'; readonly range: string }
  /** `npm:other@1`, git, URL, file, link, `workspace:`, a dist-tag, or nonsense. */
  | { readonly kind: 'other'; readonly why: string };

export function readSpec(name: string, text: string): Spec {
  let parsed: npa.Result;
  try {
    parsed = npa.resolve(name, text, '/');
  } catch {
    return { kind: 'other', why: 'not understood by npm' };
  }
  if (parsed.name !== name) return { kind: 'other', why: 'named differently' };
  if (parsed.type === 'version') return { kind: 'range', range: parsed.fetchSpec ?? text };
  if (parsed.type === 'range') {
    return semver.validRange(text) === null
      ? { kind: 'other', why: 'not a semver range' }
      : { kind: 'range', range: text };
  }
  return {
    kind: 'other',
    why: `${/^[aeiou]/.test(parsed.type) ? 'an' : 'a'} ${parsed.type}, not a version range`,
  };
}
