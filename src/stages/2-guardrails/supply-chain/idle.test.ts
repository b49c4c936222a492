import { describe, expect, it } from 'vitest';
import { ChildSyntaxComparer } from '../../../adapters/syntax/child-syntax-comparer.ts';
import { sampleFile } from '../../../testing/npm-samples.ts';
import { profileOf, sourcesOf } from './profile.ts';
import { readProfile, writeProfile } from './profile-text.ts';

const syntax = new ChildSyntaxComparer();
const build = "require('child_process').execSync('make');\n";

async function profile(files: Readonly<Record<string, string | Buffer>>, manifest: object = {}) {
  const all = {
    'package.json': JSON.stringify({ name: 'kit', main: './lib/index.js', ...manifest }),
    ...files,
  };
  const contents = {
    integrity: 'sha512-AAAA',
    files: Object.entries(all).map(([path, content]) => sampleFile(path, content)),
    links: [],
  };
  return profileOf(contents, await syntax.capabilities(sourcesOf(contents)));
}
const idle = async (...given: Parameters<typeof profile>) => (await profile(...given)).idle;

const library = {
  'lib/index.js': "module.exports = require('./part');\n",
  'lib/part.js': 'exports.x = 1;\n',
};

describe('files that nothing loads', () => {
  it.each<[string, Record<string, string>, object]>([
    ['main', {}, {}],
    ['nothing but index.js', { 'index.js': "require('./lib')" }, { main: undefined }],
    ['a main without its ending', {}, { main: 'lib/index' }],
    ['a main that is a folder', {}, { main: 'lib' }],
    ['exports', {}, { main: undefined, exports: { '.': { import: './lib/index.js' } } }],
    ['a pattern', {}, { main: undefined, exports: { './*': './lib/*.js' } }],
    [
      'a program',
      { 'bin/run': "#!/usr/bin/env node\nrequire('../lib')" },
      { main: undefined, bin: { run: './bin/run' } },
    ],
    ['a folder of programs', {}, { main: undefined, directories: { bin: './lib/' } }],
    ['a page', {}, { main: undefined, browser: { './a.js': './lib/index.js' } }],
    ['a program at its installation', {}, { main: undefined, scripts: { postinstall: 'node lib/index' } }],
    ['a field of some tool', {}, { main: undefined, 'some-tool': { entry: 'lib/index.js' } }],
    ['a private name', { 'lib/index.js': "require('#part')" }, { imports: { '#part': './lib/part.js' } }],
    ['its own name', { 'lib/index.js': "require('kit/lib/part')" }, {}],
    ['an import', { 'lib/index.js': "import './part.js'; export * from './part.js';" }, {}],
    ['a later import', { 'lib/index.js': "export const x = () => import('./part.js');" }, {}],
    ['a path in a text', { 'lib/index.js': "require('fs').readFileSync(__dirname + '/part.js');" }, {}],
    [
      'a folder with a main',
      {
        'lib/index.js': "require('../sub')",
        'sub/package.json': '{"main":"x"}',
        'sub/x.js': "require('../lib/part')",
      },
      {},
    ],
  ])('are found from %s on', async (_what, files, manifest) => {
    expect(await idle({ ...library, ...files, 'build.js': build }, manifest)).toEqual(['build.js']);
  });

  it.each<[string, Record<string, string | Buffer>, object]>([
    ['a computed name', { 'lib/part.js': 'require(process.argv[2])' }, {}],
    ['require that is passed on', { 'lib/part.js': 'module.exports = require;' }, {}],
    ['programs', { 'lib/part.js': build }, {}],
    ['direct eval', { 'lib/part.js': 'eval(x)' }, {}],
    ['contexts', { 'lib/part.js': "require('vm')" }, {}],
    [
      'native code',
      { 'lib/part.js': "require('./a.node')", 'lib/a.node': Buffer.from('7f454c46', 'hex') },
      {},
    ],
    ['what is not there', { 'lib/part.js': "require('./missing')" }, {}],
    ['what lies outside', { 'lib/part.js': "require('../../x')" }, {}],
    ['what does not parse', { 'lib/part.js': '}{' }, {}],
    ['an install script', {}, { scripts: { postinstall: 'node lib && node build' } }],
    ['an install script with options', {}, { scripts: { install: 'node -r ./build lib' } }],
  ])('are not known with %s', async (_what, files, manifest) => {
    expect(await idle({ ...library, ...files, 'build.js': build }, manifest)).toBeUndefined();
  });

  it('are none whose name is mentioned', async () => {
    const files = { ...library, 'lib/part.js': "const name = 'build' + '.js';" };
    expect(await idle({ ...files, 'build.js': 'exports.y = 1;' })).toEqual([]);
  });

  it('may be called as the package is, as long as none is named with its ending', async () => {
    const files = { 'build.js': build, 'kit.js': 'require(x);' };
    const found = await idle({ ...library, ...files, 'lib/part.js': "exports.name = 'kit';" });
    expect(found).toEqual(['build.js', 'kit.js']);
    expect(await idle({ ...library, ...files, 'lib/part.js': "exports.name = 'kit.js';" })).toBeUndefined();
  });

  it('are not those of pages, which load no others', async () => {
    const files = { ...library, 'build.js': build, 'kit.min.js': 'require(x);' };
    expect(await idle(files, { unpkg: 'kit.min.js' })).toEqual(['build.js']);
  });

  it('may make functions of text: those see no require', async () => {
    const files = { ...library, 'lib/part.js': "module.exports = new Function('return 1');" };
    expect(await idle({ ...files, 'build.js': build })).toEqual(['build.js']);
  });

  it('are not blamed for what a copy of them does that is loaded', async () => {
    const found = await profile({ 'a-copy.js': "fetch('x')", 'lib/index.js': "fetch('x')" });
    expect(found.idle).toEqual(['a-copy.js']);
    expect(found.marks.filter(({ kind }) => kind === 'network').map(({ path }) => path)).toEqual([
      'lib/index.js',
    ]);
  });

  it('see what `exports` runs, whatever it is called', async () => {
    const found = await profile({ ...library, 'lib/x.txt': build }, { exports: { '.': './lib/x.txt' } });
    expect(found.marks.map(({ kind }) => kind)).toContain('exec');
  });
});

describe('a profile as text', () => {
  it('is read as it was written', async () => {
    const found = await profile(
      { ...library, 'build.js': build, 'a.node': Buffer.from('7f454c46', 'hex') },
      { dependencies: { a: '1', __proto__: 'x' }, engines: { node: '>=18' } },
    );
    expect(readProfile(writeProfile(found))).toEqual(found);
  });

  it.each(['', '{', '[]', '{"form":1}', '{"form":0,"marks":[]}'])('is not read from %j', (text) => {
    expect(readProfile(text)).toBeUndefined();
  });
});
