import { findInstalled, isProject, type Lockfile, nameFromPath } from '../../../domain/lockfile.ts';

/** A text of the project that may name files of packages. */
export type ProjectText = { readonly path: string; readonly text: string };

/** Whether such a file can name one: code, pages, scripts, and what package.json has run. */
export function mayName(path: string): boolean {
  return /\.([cm]?[jt]sx?|vue|svelte|astro|html?|ejs|pug|hbs|sh)$|(^|\/)package\.json$/i.test(path);
}

/** Whether the project may load a file inside the package by name: what looks like it counts. */
export function namesInside(name: string, texts: readonly ProjectText[]): boolean {
  return texts.some(({ text }) => text.includes(`${name}/`) || text.includes('node_modules'));
}

/** Places of packages that need it, and so may load a file inside it. */
export function dependentsOf(name: string, lockfile: Lockfile): readonly { name: string; version: string }[] {
  const dependents = [...lockfile.entries.values()].filter((entry) => {
    if (isProject(entry.path)) return false;
    const needs = [entry.dependencies, entry.optionalDependencies, entry.peerDependencies];
    const names = needs.flatMap((map) => [...map.keys()]);
    return names.some((each) => findInstalled(lockfile, entry.path, each)?.name === name);
  });
  return dependents.map((entry) => ({ name: entry.name, version: entry.version ?? '' }));
}

/** Whether it is installed under another name as well: what loads that is not seen to load this. */
export function hasOtherName(name: string, lockfile: Lockfile): boolean {
  return [...lockfile.entries.values()].some(
    (entry) => entry.name === name && !isProject(entry.path) && nameFromPath(entry.path) !== name,
  );
}

/** Whether a package loads a file inside the other one. */
export function loadsInside(name: string, inner: readonly string[]): boolean {
  return inner.some((spec) => spec.startsWith(`${name}/`));
}
