import type { Json, JsonObject } from '../domain/json.ts';

/** Evidence as people read it: single values in rows, lists of like things in tables. */
export type EvidenceView = {
  readonly rows: readonly Row[];
  readonly tables: readonly EvidenceTable[];
  /** How many rows, of tables too, are left out. */
  readonly omitted: number;
};
export type Row = readonly [name: string, value: string];
export type EvidenceTable = {
  /** The way to the list, such as `differences`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** At most `mostRows` single values, and as many rows in each table. */
export function viewOf(evidence: JsonObject, mostRows: number): EvidenceView {
  const found = Object.entries(evidence).map(([name, value]) => [name, value] as const);
  const tables = found.flatMap(([name, value]) => tableOf(name, value) ?? []);
  const rows = found.flatMap(([name, value]) =>
    tableOf(name, value) === undefined ? rowsBelow(name, value) : [],
  );
  const cut = tables.map((table) => ({ ...table, rows: table.rows.slice(0, mostRows) }));
  const over = (list: readonly unknown[]) => Math.max(0, list.length - mostRows);
  const omitted = tables.reduce((sum, table) => sum + over(table.rows), over(rows));
  return { rows: rows.slice(0, mostRows), tables: cut, omitted };
}

/** A list of objects that hold plain values alone. */
function tableOf(name: string, value: Json): EvidenceTable | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const items: JsonObject[] = [];
  for (const item of value as readonly Json[]) {
    if (!isObject(item) || Object.values(item).some((one) => typeof one === 'object' && one !== null))
      return undefined;
    items.push(item);
  }
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  if (columns.length === 0 || columns.length > mostColumns) return undefined;
  const rows = items.map((item) =>
    columns.map((column) => (Object.hasOwn(item, column) ? String(item[column]) : '')),
  );
  return { name, columns, rows };
}

const mostColumns = 5;

function rowsBelow(name: string, value: Json): readonly Row[] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value as JsonObject).flatMap(([key, one]) => rowsBelow(`${name}.${key}`, one));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
