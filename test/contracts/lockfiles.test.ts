import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workspaceFolders } from '../../src/domain/lockfile/locate.ts';
import { type Dialect, isProject, packageChanges, parseLockfileOf } from '../../src/domain/lockfile.ts';
import { parseManifest } from '../../src/domain/npm/manifest.ts';
import { lockfile } from '../../src/stages/2-guardrails/lockfile/lockfile.ts';

/** What the managers themselves wrote for one project of two workspaces, with an alias, a peer and an optional package. */
const manifests = new Map(
  Object.entries({
    '': {
      name: 'root',
      version: '1.0.0',
      private: true,
      workspaces: ['packages/*'],
      dependencies: {
        ejs: '^3.1.9',
        'use-sync-external-store': '1.2.0',
        react: '18.2.0',
        al: 'npm:ms@^2.1.0',
      },
      devDependencies: { chokidar: '3.5.3', debug: '^4.3.1' },
      optionalDependencies: { fsevents: '^2.3.0' },
    },
    'packages/b': {
      name: 'b',
      version: '0.1.0',
      dependencies: { ms: '2.0.0', debug: '^4.3.0' },
      peerDependencies: { react: '*' },
    },
  }).map(([folder, manifest]) => [folder, parseManifest(JSON.stringify(manifest), folder)]),
);

const written: readonly (readonly [file: string, dialect: Dialect])[] = [
  ['npm-11.json', 'npm'],
  ['pnpm-8.lock', 'pnpm'],
  ['pnpm-10.lock', 'pnpm'],
  ['yarn-1.lock', 'yarn-classic'],
  ['yarn-3.lock', 'yarn-berry'],
  ['yarn-4.lock', 'yarn-berry'],
];

const read = (file: string, dialect: Dialect) =>
  parseLockfileOf(
    dialect,
    readFileSync(new URL(`lockfiles/${file}`, import.meta.url), 'utf8'),
    new Map(manifests),
  );

/** Yarn 2 and later also lock node-gyp and all that it needs, for fsevents. */
const common = (file: string, dialect: Dialect) =>
  [...read(file, dialect).entries.values()]
    .filter(({ path, link }) => !isProject(path) && !link)
    .map(({ name, version }) => `${name}@${version}`);

describe('a lockfile that a manager wrote', () => {
  it.each(written)('%s agrees with the manifests, but for its alias', (file, dialect) => {
    const head = read(file, dialect);
    const names = [file];
    const files = { base: names, head: names, touched: names };
    const origins = ['https://registry.npmjs.org/'];
    const found = lockfile.check({ lock: { base: undefined, head, manifests, origins, files } });
    const problems = found?.evidence.problems as readonly { code: string }[];
    const codes = new Set(problems.map(({ code }) => code));
    // With npm the link to the workspace is new, too.
    expect([...codes].filter((code) => code !== 'lockfile.link')).toEqual(['lockfile.alias']);
  });

  it.each(written)('%s holds the packages that the others hold', (file, dialect) => {
    const reference = new Set(common('npm-11.json', 'npm'));
    expect(reference.size).toBe(30);
    const found = new Set(common(file, dialect));
    expect([...reference].filter((key) => !found.has(key))).toEqual([]);
    if (dialect !== 'yarn-berry') expect(found.size).toBe(reference.size);
  });

  it.each(written)('%s differs in nothing from itself', (file, dialect) => {
    expect(packageChanges(read(file, dialect), read(file, dialect))).toEqual([]);
  });
});

describe('workspaceFolders', () => {
  const of = (workspaces: unknown, paths: readonly string[]) =>
    workspaceFolders(parseManifest(JSON.stringify({ workspaces }), 'package.json'), paths);
  const paths = ['a', 'packages/b', 'packages/c/d', 'packages/c/node_modules/e', 'x.y'].map(
    (folder) => `${folder}/package.json`,
  );

  it.each<[unknown, readonly string[]]>([
    [undefined, []],
    [['packages/*'], ['packages/b']],
    [{ packages: ['packages/**'] }, ['packages/b', 'packages/c/d']],
    [
      ['./a', 'x.y/'],
      ['a', 'x.y'],
    ],
  ])('%j', (workspaces, expected) => {
    expect(of(workspaces, paths)).toEqual(expected);
  });

  it.each([[['!a']], [['{a,b}']], [[1]], ['a'], [['(a+)+$']], [['a*b*c']], [['**/a/**']]])(
    'refuses %j',
    (workspaces) => {
      expect(() => of(workspaces, paths)).toThrow('plain patterns');
    },
  );
});
