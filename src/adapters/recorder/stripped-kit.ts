import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askChildForList } from '../json-child.ts';
import { digestOf, FileTextCache } from '../text-cache.ts';

export type KitFile = { readonly path: string; readonly text: string };

/** What is to be stripped: a directory of sources, and those of them that become one with all that they import. */
export type KitSources = { readonly source: string; readonly entries: readonly string[] };

const limits = { entries: 10, bytes: 8 * 1024 * 1024 };

/**
 * The recorder's sources without their types. They are kept where Node keeps this program's compiled sources (`compiled`; undefined:
 * nowhere), which is as safe: to strip them takes as long as all else that a small check does by itself before its tests run.
 */
export async function strippedKit(
  sources: KitSources,
  compiled = process.env.NODE_COMPILE_CACHE,
): Promise<readonly KitFile[]> {
  const cache = compiled === undefined ? undefined : new FileTextCache(join(compiled, 'recorder'), limits);
  const digest = digestOfAll(sources);
  const kept = await cache?.get(digest);
  if (kept !== undefined) return JSON.parse(kept) as readonly KitFile[];
  const files = await strip(sources);
  await cache?.put(digest, JSON.stringify(files));
  return files;
}

/** In a child, because there Node's own warning of it can be kept from people. */
async function strip(sources: KitSources): Promise<readonly KitFile[]> {
  const child = { script: 'kit-child', from: import.meta.url, timeoutMs: 60_000 };
  const files = (await askChildForList(child, sources)) as readonly KitFile[];
  if (files.length > 0) return files;
  throw new Error(`expected the recorder's sources in ${sources.source}, read none`);
}

/** Of all that decides what comes out. */
function digestOfAll({ source, entries }: KitSources): string {
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const own = ['kit-child.ts', 'join-modules.ts'].map((path) => join(import.meta.dirname, path));
  const all = [...own, ...paths.sort().map((path) => join(source, path))];
  const texts = all.map((path) => [path, readFileSync(path, 'utf8')]);
  return digestOf(JSON.stringify([process.version, entries, texts]));
}
