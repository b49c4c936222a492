import { isMap, isScalar, parseDocument } from 'yaml';
import { AutolandError } from '../../../domain/errors.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';

export type SpecEdit = { readonly section: string; readonly name: string; readonly spec: string };

/** Replaces the specs in a package.json and nothing else: indentation, newlines and order stay. Throws `manifest.invalid`. */
export function editManifest(text: string, path: string, edits: readonly SpecEdit[]): string {
  // JSON is YAML, whose parser tells where each value stands.
  const root = parseDocument(text.replace(/^\uFEFF/, ' '), { uniqueKeys: true, merge: false });
  const places = edits.map((edit) => {
    const section = isMap(root.contents) ? root.contents.get(edit.section, true) : undefined;
    const value = isMap(section) ? section.get(edit.name, true) : undefined;
    const range = isScalar(value) ? value.range : undefined;
    if (root.errors.length > 0 || range === undefined || range === null) {
      throw new AutolandError(
        'manifest.invalid',
        `${path}: expected one text at ${edit.section}.${edit.name}.`,
        {
          mend: `make ${path} plain JSON in which no key stands twice`,
        },
      );
    }
    return { from: range[0], to: range[1], spec: edit.spec };
  });
  let edited = text;
  for (const { from, to, spec } of places.sort((a, b) => b.from - a.from)) {
    edited = edited.slice(0, from) + JSON.stringify(spec) + edited.slice(to);
  }
  assertOnly(text, edited, path, edits);
  return edited;
}

/** The edit is checked by reading it back as JSON, since another parser found the places. */
function assertOnly(before: string, after: string, path: string, edits: readonly SpecEdit[]): void {
  const expected: Record<string, unknown> = structuredClone(parseManifest(before, path).raw);
  for (const { section, name, spec } of edits) {
    const old = expected[section];
    expected[section] = { ...(typeof old === 'object' ? old : {}), [name]: spec };
  }
  if (JSON.stringify(parseManifest(after, path).raw) !== JSON.stringify(expected)) {
    throw new AutolandError(
      'manifest.invalid',
      `${path}: an edit of its versions would change more than these.`,
    );
  }
}
