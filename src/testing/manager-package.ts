import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { TestPackage } from './verdaccio.ts';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');
const manifest = z.looseObject({ name: z.string(), version: z.string() });

/** A package manager as it is installed here, to be published anew; without what is no text, which none needs on Linux. */
export function managerPackage(name: string): TestPackage {
  const root = join(modules, name);
  const own = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:c?js|mjs|json)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => path !== 'package.json');
  const texts = files.map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);
  return {
    name,
    version: own.version,
    manifest: own,
    files: Object.fromEntries(texts),
    publishedAt: '2020-01-01T00:00:00.000Z',
  };
}
