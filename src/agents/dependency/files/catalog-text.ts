import { isScalar, parse, parseDocument, stringify } from 'yaml';
import { AutolandError } from '../../../domain/errors.ts';

export type CatalogEdit = { readonly keys: readonly string[]; readonly spec: string };

/** Replaces a range in the file of a catalog and nothing else: comments, quotes and layout stay. Throws `manifest.invalid`. */
export function editCatalog(text: string, path: string, { keys, spec }: CatalogEdit): string {
  const doc = parseDocument(text);
  const node = doc.errors.length > 0 ? undefined : doc.getIn(keys, true);
  const range = isScalar(node) ? node.range : undefined;
  if (range === undefined || range === null) throw invalid(path, keys);
  const [from, to] = range;
  const edited = text.slice(0, from) + written(text.slice(from, to), spec) + text.slice(to);
  // Read back, since the places came from another reader than the manager's.
  const expected = parse(text);
  let at = expected;
  for (const key of keys.slice(0, -1)) at = at[key];
  at[keys.at(-1) ?? ''] = spec;
  if (JSON.stringify(parse(edited)) !== JSON.stringify(expected)) throw invalid(path, keys);
  return edited;
}

function written(old: string, spec: string): string {
  if (old.startsWith("'")) return `'${spec.replaceAll("'", "''")}'`;
  return old.startsWith('"') ? JSON.stringify(spec) : stringify(spec, { lineWidth: 0 }).trimEnd();
}

function invalid(path: string, keys: readonly string[]): AutolandError {
  const message = `${path}: expected one text of one line at ${keys.join('.')}.`;
  return new AutolandError('manifest.invalid', message, {
    mend: `make ${path} plain YAML in which no key stands twice`,
  });
}
