import semver from 'semver';
import { readSpec } from '../../domain/npm/spec.ts';

/** What becomes of a manifest's range when `to` is to be locked. `keep`: it admits `to` as it is. */
export type RangeEdit =
  | { readonly kind: 'replace'; readonly spec: string }
  | { readonly kind: 'keep' }
  | { readonly kind: 'unable'; readonly why: string };

/** Keeps the style: exact stays exact, ^ stays ^, ~ stays ~. Any other range stays as it is or is not widened. */
export function moveRange(name: string, spec: string, to: string): RangeEdit {
  const read = readSpec(name, spec);
  if (read.kind === 'other') return { kind: 'unable', why: `"${spec}" is ${read.why}` };
  const simple = /^([\^~=]?)(v?)(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)$/.exec(spec.trim());
  if (simple !== null) return { kind: 'replace', spec: `${simple[1]}${simple[2]}${to}` };
  return semver.satisfies(to, read.range)
    ? { kind: 'keep' }
    : { kind: 'unable', why: `"${spec}" does not admit ${to}, and ranges are not widened` };
}
