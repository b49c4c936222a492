import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { exportNames, steadyNames } from './export-names.ts';

const place = mkdtempSync(join(tmpdir(), 'autoland-names-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

function urlOf(text: string, name = 'a.ts'): string {
  const file = join(place, name);
  writeFileSync(file, text);
  return pathToFileURL(file).href;
}

it('finds the names of TypeScript, and no types', () => {
  urlOf('export const more = 1;', 'more.ts');
  const url = urlOf(`
export type T = string;
export interface I {}
export abstract class Base {}
export async function* walk(): AsyncGenerator<number> {}
export const a: number = 1;
export { b as c, type T as U };
export * from './more.js';
export default a;`);
  expect(exportNames(url)).toEqual(new Set(['Base', 'a', 'c', 'default', 'more', 'walk']));
});

it.each([
  ['export let n = 0; export const f = () => { n = 1; };', ['f']],
  ['export let n = 0; export const f = () => n++;', ['f']],
  ['export let n = 0; export const f = () => ++n;', ['f']],
  ['let n = 0;\nn ??= 1;\nexport { n as m, f }; const f = 1;', ['f']],
  ['export let n;\nn = 1;', []],
  ['export let n = 0; export const same = n == 0 || n >= 0 || n => 0;', ['n', 'same']],
  // A variable of a function that has the name of another one.
  ['export function total() { let total = 0; total += 1; return total; }', ['total']],
  ['export const a = 1; if (b.a = 2) c.a++;', ['a']],
])('leaves a variable that changes: %s', (text, names) => {
  expect(steadyNames(urlOf(text))).toEqual(new Set(names));
});
