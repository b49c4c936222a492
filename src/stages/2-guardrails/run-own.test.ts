import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiQuestion } from '../../domain/api.ts';
import type { ChangeClass } from '../../domain/change.ts';
import type { ApiReader } from '../../ports/api.ts';
import { sampleClassification, sampleFile, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import { MemoryRegistry } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { api } from './api/api.ts';
import { checkChange } from './run.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const settings = sampleSettings();
const tools = guardrailTools();
const tests = { compare: () => Promise.reject(new Error('nothing here may run code')) };
const down = () => Promise.reject(new Error('nobody may be asked'));
const nobody: ApiReader = { compare: down, imports: down, parameters: down };
/** What is asked of it has not changed. */
const calm: ApiReader = {
  ...nobody,
  compare: async ({ subpaths, entries }) => ({
    breaks: [],
    foreign: [],
    sights: [
      ...subpaths.map((subpath) => ({ subpath, how: 'types' as const })),
      ...entries.map(({ subpath }) => ({ subpath, how: 'code' as const })),
    ],
  }),
};

type How = { readonly as?: ChangeClass; readonly asked?: ApiReader };

async function judge(
  files: TestFiles,
  change: TestFiles,
  { as = 'lint', asked = tools.api }: How = {},
): Promise<string> {
  const base = git.commit('main', files);
  const head = git.commit('topic', change, base);
  const touched = Object.entries(change).map(([path, text]) =>
    sampleFile(path, { status: text === null ? 'deleted' : 'modified' }),
  );
  const classification = sampleClassification({ base, tree: head }, { class: as, files: touched });
  const deps = { git, registry: new MemoryRegistry(), ...tools, tests, api: asked };
  const proposed = { classification, proposal: sampleProposal(head), now: new Date() };
  const { results } = await checkChange(deps, settings, proposed, [api]);
  return `${results[0]?.verdict} ${results[0]?.code} ${results[0]?.reason}`;
}

const manifest = (over: object) => JSON.stringify({ name: 'kit', version: '1.0.0', ...over });
const main = { main: './index.js', types: './index.d.ts' };
const library = {
  'package.json': manifest(main),
  'index.js': "exports.a = require('./lib/a').a; exports.b = 2;",
  'lib/a.js': 'exports.a = () => 1;',
  'index.d.ts': "export { a } from './lib/a.js'; export declare const b: number;",
  'lib/a.d.ts': 'export declare function a(x?: string): number;',
};

describe('a change to the package that the repository is', () => {
  it.each<[string, TestFiles, RegExp]>([
    [
      'an argument, in a file behind its entry',
      { 'lib/a.d.ts': 'export declare function a(x: string): number;' },
      /own-signature-narrowed kit: a needs 1 arguments/,
    ],
    [
      'a name that its declarations still promise',
      { 'index.js': 'exports.a = 1;' },
      /own-export-removed kit: b is gone\./,
    ],
  ])('fails where it takes back %s', async (_what, change, says) => {
    expect(await judge(library, change)).toMatch(new RegExp(`^fail api\\.${says.source}`));
  });

  it.each<[string, object, TestFiles, string]>([
    ['Node', {}, { 'package.json': manifest({ ...main, engines: { node: '>=24' } }) }, 'engines-narrowed'],
    ['its kind of module', {}, { 'package.json': manifest({ ...main, type: 'module' }) }, 'type-switched'],
    ['deep files', {}, { 'package.json': manifest({ ...main, exports: './index.js' }) }, 'exports-closed'],
    ['itself', {}, { 'package.json': manifest({ ...main, private: true }) }, 'unpublished'],
    ['its name', {}, { 'package.json': manifest({ ...main, name: 'kat' }) }, 'unpublished'],
    ['its entry', {}, { 'index.js': null }, 'export-removed'],
    [
      'a file that is an entry',
      { exports: { '.': './index.js', './x.css': './x.css' } },
      { 'x.css': null },
      'export-removed',
    ],
  ])('fails where it takes back %s', async (_what, over, change, kind) => {
    const files = { ...library, 'x.css': '', 'package.json': manifest({ ...main, ...over }) };
    expect(await judge(files, change, { asked: calm })).toMatch(`fail api.own-${kind} kit: `);
  });

  it('is for a person in class other, who may mean it', async () => {
    const answer = await judge(library, { 'index.js': null }, { asked: calm, as: 'other' });
    expect(answer).toMatch(/^abstain api\.own-export-removed kit: /);
  });

  it('is loaded by its index.js where package.json names nothing', async () => {
    const files = { 'package.json': manifest({}), 'index.js': 'exports.a = 1; exports.b = 2;' };
    expect(await judge(files, { 'index.js': 'exports.a = 1;' })).toMatch(/^fail api\.own-export-removed/);
  });

  it('may be commands and nothing else', async () => {
    const files = {
      'package.json': manifest({ bin: { kit: './cli.js', kat: './cli.js' } }),
      'cli.js': 'run();',
    };
    expect(await judge(files, { 'cli.js': 'run(1);' }, { asked: calm })).toMatch(/^pass api\.own-kept/);
    const fewer = { 'package.json': manifest({ bin: { kit: './cli.js' } }) };
    expect(await judge(files, fewer, { asked: calm })).toMatch(/^fail api\.own-bin-removed/);
  });

  it('passes where it keeps what it promised', async () => {
    const change = { 'lib/a.js': 'exports.a = (x) => x ?? 2; exports.c = 3;' };
    expect(await judge(library, change)).toBe(
      'pass api.own-kept No package is updated. What 1 package of the repository promised is kept.',
    );
  });

  it.each<[string, TestFiles, TestFiles, ChangeClass]>([
    [
      'private',
      { ...library, 'package.json': manifest({ ...main, private: true }) },
      { 'index.js': '' },
      'lint',
    ],
    ['no package to load', { ...library, 'package.json': '{"name":"app"}' }, { 'index.js': '' }, 'lint'],
    ['touched beside what it exports', { ...library, 'test/a.js': '1' }, { 'test/a.js': '2' }, 'lint'],
    [
      'given dependencies',
      library,
      { 'package.json': manifest({ ...main, dependencies: { a: '1.0.0' } }) },
      'lint',
    ],
    ['reverted', library, { 'index.js': '' }, 'revert'],
  ])('asks nobody about one that is %s', async (_what, files, change, as) => {
    expect(await judge(files, change, { as, asked: nobody })).toMatch(/^pass api\.(no-update|revert) /);
  });

  it('says so where what it exports is built', async () => {
    const dist = (folder: string) => ({
      '.': { types: `./${folder}/index.d.ts`, default: `./${folder}/index.js` },
      './sub': `./${folder}/sub.js`,
    });
    const files = {
      'package.json': manifest({ exports: dist('dist') }),
      'src/index.ts': 'export const a = 1;',
    };
    const asked = nobody;
    expect(await judge(files, { 'src/index.ts': 'export {};' }, { asked })).toMatch(/^pass api\.no-update/);
    const moved = { 'package.json': manifest({ exports: dist('build') }) };
    expect(await judge(files, moved, { asked })).toMatch(/^pass api\.own-not-committed .*only package\.json/);
    const fewer = { 'package.json': manifest({ exports: { '.': dist('dist')['.'] } }) };
    expect(await judge(files, fewer, { asked })).toMatch(
      /^fail api\.own-export-removed kit: .* entry \.\/sub/,
    );
  });

  it('reads TypeScript that is an entry itself, but nothing that is inner to it', async () => {
    const exports = { '.': './src/index.ts', './*': './src/parts/*.ts' };
    const inner = `interface Own { a: 1; b: 2 } const own: Own = { a: 1, b: 2 };
      export const inner = (x: string | undefined): string => x ?? String(own.b);`;
    const files = {
      'package.json': manifest({ type: 'module', exports }),
      'src/index.ts': `import { inner } from './inner.js'; export const a = (x?: string) => inner(x).length;`,
      'src/inner.ts': inner,
      'src/parts/one.ts': 'export const one = 1; export const two = 2;',
    };
    const tidied = inner.replace('; b: 2 }', ' }').replace(', b: 2', '').replace('own.b', 'own.a');
    expect(await judge(files, { 'src/inner.ts': tidied })).toMatch(/^pass api\.own-kept/);
    const change = {
      'src/index.ts': files['src/index.ts'].replace('x?', 'x'),
      'src/parts/one.ts': 'export {};',
    };
    expect(await judge(files, change)).toMatch(
      /^fail api\.own-export-removed kit: one is gone\. \(and 2 more/,
    );
  });

  it('compares names where types are more than can be compared', async () => {
    const compare = (question: ApiQuestion) =>
      question.subpaths.length > 0 ? Promise.resolve(undefined) : tools.api.compare(question);
    const asked = { ...nobody, compare };
    const files = {
      'package.json': manifest({ exports: './index.ts' }),
      'index.ts': "export * from './b.js'; export type T = 1;",
      'b.ts': 'export const b = 1; export const c = 2;',
    };
    const fewer = await judge(files, { 'b.ts': 'export const b = 1;' }, { asked });
    expect(fewer).toMatch(/^fail api\.own-export-removed kit: c is gone/);
    const same = await judge(files, { 'b.ts': 'export let b = 3, c = 2;' }, { asked });
    expect(same).toMatch(/^pass api\.own-kept/);
    const declared = await judge(library, { 'lib/a.d.ts': 'export {};' }, { asked });
    expect(declared).toMatch(/^abstain api\.own-unknown/);
  });

  it('is for a person where it cannot be read', async () => {
    const large = `export declare const b: 1; ${' '.repeat(1024 * 1024)}`;
    expect(await judge(library, { 'index.d.ts': large })).toMatch(
      /^abstain api\.own-unknown .*private: true/,
    );
    const computed = {
      'package.json': manifest({ main: 'index.js' }),
      'index.js': 'module.exports = make();',
    };
    const built = await judge(computed, { 'index.js': 'module.exports = build();' });
    expect(built).toMatch(/^abstain api\.own-unknown .*names of its entry \. cannot be read/);
    const ambient = { ...library, 'index.d.ts': 'declare module "kit" { export const b: 1; }' };
    const changed = await judge(ambient, { 'index.d.ts': 'declare module "kit" {}' });
    expect(changed).toMatch(/^abstain api\.own-unknown .*declarations of its entry \. cannot be read/);
  });

  it('looks at workspaces, and not at what lies between them', async () => {
    const files = {
      'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
      'packages/a/package.json': manifest({ name: '@kit/a', main: 'index.js' }),
      'packages/a/index.js': 'exports.a = 1;',
      'fixtures/b/package.json': manifest({ main: 'index.js' }),
      'fixtures/b/index.js': 'exports.b = 1;',
    };
    const gone = await judge(files, { 'packages/a/index.js': 'exports.c = 1;' });
    expect(gone).toMatch(/^fail api\.own-export-removed @kit\/a \(packages\/a\): a is gone/);
    const asked = nobody;
    expect(await judge(files, { 'fixtures/b/index.js': '1' }, { asked })).toMatch(/^pass api\.no-update/);
    const yaml = "packages:\n  # all\n  - 'packages/*'\n  - '!packages/b'\n";
    const pnpm = { ...files, 'package.json': '{"private":true}', 'pnpm-workspace.yaml': yaml };
    const removed = await judge(pnpm, { 'packages/a/package.json': null }, { asked });
    expect(removed).toMatch(/^fail api\.own-unpublished @kit\/a/);
  });

  it('compares no more than twenty workspaces', async () => {
    const names = Array.from({ length: 22 }, (_, at) => `packages/p${at}`);
    const packages = names.flatMap((folder) => [
      [`${folder}/package.json`, manifest({ name: folder.slice(9), main: 'index.js' })],
      [`${folder}/index.js`, 'exports.a = 1;'],
    ]);
    const files = { 'package.json': '{"workspaces":["packages/*"]}', ...Object.fromEntries(packages) };
    const change = Object.fromEntries(names.map((folder) => [`${folder}/index.js`, 'exports.a = 2;']));
    const answer = await judge(files, change, { asked: calm });
    expect(answer).toMatch(/^abstain api\.own-too-many packages\/p\d+ was not compared/);
  });
});
