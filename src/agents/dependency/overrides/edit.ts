import { applyEdits, findNodeAtLocation, format, modify, parseTree } from 'jsonc-parser';
import { parseDocument } from 'yaml';
import { isRecord } from '../../../domain/npm/hostile-json.ts';
import { type Place, valueAt } from './place.ts';

/** The file with this value at the place, or (undefined) without what stands there. The rest stays as it is written. Pure. */
export function editAt(text: string, place: Place, value: string | undefined): string {
  if (!place.file.endsWith('.json')) return editYaml(text, place.keys, value);
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const json = text.slice(mark.length);
  return mark + (value === undefined ? removed(json, place) : written(json, place, value));
}

function written(text: string, place: Place, value: string): string {
  const keys = [...place.keys];
  const parent = { ...place, keys: keys.slice(0, -1) };
  const before = valueAt(text, parent);
  // npm: what holds for the package itself stands under "." once something holds below it.
  if (typeof before === 'string') return put(text, parent.keys, { '.': before, [keys.at(-1) ?? '']: value });
  return put(text, keys, value);
}

/** What is new gets lines of its own, since whole lines are formatted, and the lines of others stay. */
function put(text: string, keys: string[], value: unknown): string {
  const { eol, indent } = formatOf(text);
  const known = parseTree(text);
  const fresh = keys.findIndex((_, at) => known && !findNodeAtLocation(known, keys.slice(0, at + 1)));
  const line = `,${eol}${indent.repeat(fresh + 1)}`;
  const edits = modify(text, keys, value, {}).map((edit) =>
    edit.content.startsWith(',') ? { ...edit, content: `${line}${edit.content.slice(1)}` } : edit,
  );
  return laidOut(applyEdits(text, edits), fresh === -1 ? keys : keys.slice(0, fresh + 1));
}

function laidOut(text: string, keys: string[]): string {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, keys);
  const property = node?.parent ?? node;
  return property === undefined ? text : applyEdits(text, format(text, property, formatOf(text)));
}

/** With each mapping that is empty without it. */
function removed(text: string, place: Place): string {
  let keys = [...place.keys];
  if (valueAt(text, place) === undefined) return text;
  while (keys.length > 1) {
    const parent = valueAt(text, { ...place, keys: keys.slice(0, -1) });
    if (!isRecord(parent) || Object.keys(parent).length > 1) break;
    keys = keys.slice(0, -1);
  }
  const without = applyEdits(text, modify(text, keys, undefined, {}));
  // Taking out the first of several leaves the next one on its line.
  return keys.length === 1 ? without : laidOut(without, keys.slice(0, -1));
}

function formatOf(text: string) {
  const [, indent = '  '] = /^\s*\{\r?\n([ \t]+)/.exec(text) ?? [];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const isTabs = indent.startsWith('\t');
  return { insertSpaces: !isTabs, tabSize: isTabs ? 1 : indent.length, eol, indent };
}

function editYaml(text: string, keys: readonly string[], value: string | undefined): string {
  const doc = parseDocument(text);
  if (value !== undefined) doc.setIn(keys, value);
  else {
    doc.deleteIn(keys);
    const parent = keys.slice(0, -1);
    if (Object.keys(Object(doc.toJS()?.[parent[0] ?? ''])).length === 0) doc.deleteIn(parent);
  }
  const indentSeq = !/^[^\s#-][^\n]*:[ \t]*\n- /m.test(text);
  return doc.toString({ lineWidth: 0, indentSeq });
}
