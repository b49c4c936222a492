import type { PackageFile } from '../../../domain/package-contents.ts';

const code = /\.[cm]?[jt]sx?$/i;
const typesOnly = /\.d\.([\w-]+\.)?[cm]?ts$/i;

/** `entries`: files that run by name, whatever they are called. */
export function isCode(file: PackageFile, entries: readonly string[]): boolean {
  if (typesOnly.test(file.path)) return false;
  if (code.test(file.path) || entries.includes(file.path)) return true;
  return file.text !== undefined && /^#!.*\bnode\b/.test(file.text.slice(0, 200));
}
