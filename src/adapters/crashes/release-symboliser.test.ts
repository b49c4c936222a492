import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ModuleKind, transpileModule } from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseStack } from '../../domain/crashes/stack.ts';
import { ReleaseSymboliser } from './release-symboliser.ts';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-symbols-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const tree = () => join(dir, 'tree');

function put(path: string, text: string): string {
  const file = join(tree(), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const symbolise = async (frames: readonly { path: string; line: number; column: number }[]) => {
  const release = { digest: 'sha256:1', service: 'shop', commit: 'c0ffee', dir: tree() };
  const found = await new ReleaseSymboliser({ get: async () => release }).symbolise('sha256:1', frames);
  return found?.frames;
};
const mapOf = (source: string) => ({ version: 3, sources: [source], names: [], mappings: 'AAAA' });
const at = (path: string, line = 1, column = 1) => ({ path, line, column });

const source = [
  'type Cart = { items: number[] };',
  '',
  'export function total(cart: Cart | undefined): number {',
  '  return (cart as Cart).items.length;',
  '}',
].join('\n');

/** As a compiler writes it, run by this engine: the stack is a real one. */
async function stackOf(map: 'beside' | 'inline') {
  const { outputText, sourceMapText } = transpileModule(source, {
    fileName: 'cart.ts',
    compilerOptions: {
      module: ModuleKind.ESNext,
      ...(map === 'inline' ? { inlineSourceMap: true } : { sourceMap: true }),
      sourceRoot: '../src',
    },
  });
  const file = put('dist/cart.js', outputText);
  if (sourceMapText !== undefined) put('dist/cart.js.map', sourceMapText);
  put('package.json', '{"type":"module"}');
  // In a process of its own: the runner of the tests puts its own maps over stacks.
  const call = `import { total } from ${JSON.stringify(pathToFileURL(file).href)};
    try { total(undefined); } catch ({ stack, message }) { console.log(JSON.stringify({ stack, message })); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', call]);
  const { stack, message } = JSON.parse(stdout) as { stack: string; message: string };
  return parseStack(stack, message);
}

describe('ReleaseSymboliser', () => {
  it.each(['beside', 'inline'] as const)('finds the source by a map %s', async (map) => {
    const [first, ...others] = (await symbolise(await stackOf(map))) ?? [];
    expect(first).toEqual({ file: 'src/cart.ts', line: 4, column: 25, functionName: 'total' });
    // The rest of the stack is of the test, and not of the release.
    expect(others).toEqual([]);
  });

  it('leaves a file without a map as it is, as a service sees it in the sandbox', async () => {
    put('src/a.js', 'throw 1;\n');
    expect(await symbolise([{ ...at('/app/src/a.js', 1, 7), functionName: 'f' } as never])).toEqual([
      { file: 'src/a.js', line: 1, column: 7, functionName: 'f' },
    ]);
  });

  it('drops packages, what is not there, and what lies outside', async () => {
    writeFileSync(join(dir, 'outside.js'), '1;\n');
    put('node_modules/x/index.js', '1;\n');
    put('src/a.js', '1;\n');
    symlinkSync('../../outside.js', join(tree(), 'src/link.js'));
    const paths = [
      '/app/node_modules/x/index.js',
      '/app/src/gone.js',
      '/app/src',
      '/app/',
      '/app/src/link.js',
      '/app/../outside.js',
      '/app/src/../../outside.js',
      join(dir, 'outside.js'),
      '/etc/passwd',
      '/application/src/a.js',
    ];
    expect(await symbolise(paths.map((path) => at(path)))).toEqual([]);
  });

  it.each([
    ['of another host', 'https://example.com/a.js.map'],
    ['of the file system', 'file:///etc/passwd'],
    ['with an absolute path', '/etc/passwd'],
    ['outside of the tree', '../../outside.map'],
    ['that is no JSON', 'broken.map'],
    ['that is not there', 'gone.map'],
    ['inline that is none', 'data:application/json;base64,AAAA'],
    ['inline with a broken escape', 'data:application/json,%E0%A4%A'],
  ])('drops code with a map %s: its own lines mean nothing', async (_name, url) => {
    writeFileSync(join(dir, 'outside.map'), '{"version":3,"sources":["a.ts"],"mappings":"AAAA"}');
    put('dist/broken.map', 'not JSON');
    put('dist/a.js', `1;\n//# sourceMappingURL=${url}\n`);
    expect(await symbolise([at('/app/dist/a.js')])).toEqual([]);
  });

  it.each([
    ['outside of the tree', '../../../etc/passwd'],
    ['by an absolute path', '/etc/passwd'],
    ['elsewhere', 'https://example.com/a.ts'],
    ['in a package', '../node_modules/x/a.ts'],
    ['under a name that a terminal obeys', 'a\u001b[2J.ts'],
    ['under a name that no entry of the journal can hold', `${'a'.repeat(70_000)}.ts`],
  ])('drops a source that a map puts %s', async (_where, name) => {
    const map = mapOf(name);
    put('dist/a.js', '1;\n//# sourceMappingURL=a.js.map\n');
    put('dist/a.js.map', JSON.stringify(map));
    expect(await symbolise([at('/app/dist/a.js')])).toEqual([]);
  });

  it.each<[string, object | null]>([
    ['nothing', null],
    ['no mappings', { version: 3, sources: ['a.ts'], names: [] }],
    ['mappings that are none', { version: 3, sources: ['a.ts'], names: [], mappings: 5 }],
    ['more lines than anybody writes', { ...mapOf('a.ts'), mappings: `AAAA${';'.repeat(1_000_001)}` }],
    ['more sources than anybody has', { ...mapOf('a.ts'), sources: Array(1_000_001).fill('a.ts') }],
    [
      'a root that is put before too many sources',
      { ...mapOf('a.ts'), sourceRoot: `${'a/../'.repeat(400)}`, sources: Array(90_000).fill('a.ts') },
    ],
    ['a line before the first', { version: 3, sources: ['a.ts'], names: [], mappings: 'AAFA' }],
    ['a source that is not there', { version: 3, sources: [], names: [], mappings: 'AAAA' }],
    ['sections', { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: null }] }],
  ])('survives a map that holds %s', async (_name, map) => {
    put('dist/a.js', '1;\n//# sourceMappingURL=a.js.map\n');
    put('dist/a.js.map', JSON.stringify(map));
    put('src/b.js', '1;\n');
    // Others count all the same.
    expect(await symbolise([at('/app/dist/a.js'), at('/app/src/b.js')])).toEqual([
      { file: 'src/b.js', line: 1, column: 1 },
    ]);
  });

  it('gives no name that a minifier made up', async () => {
    const map = mapOf('../src/a.ts');
    put('dist/a.js', '1;\n//# sourceMappingURL=a.js.map\n');
    put('dist/a.js.map', JSON.stringify(map));
    expect(await symbolise([{ ...at('/app/dist/a.js'), functionName: 'e' } as never])).toEqual([
      { file: 'src/a.ts', line: 1, column: 1 },
    ]);
  });

  it('says nothing of a release that is not there, or was altered', async () => {
    const none = new ReleaseSymboliser({ get: async () => undefined });
    const altered = new ReleaseSymboliser({ get: () => Promise.reject(new Error('altered')) });
    expect(await none.symbolise('sha256:1', [at('/app/a.js')])).toBeUndefined();
    expect(await altered.symbolise('sha256:1', [at('/app/a.js')])).toBeUndefined();
  });
});
