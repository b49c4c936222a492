import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { docsBench } from '../../testing/docs-bench.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import type { DocsAgentSettings } from './run.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const { look, told, proposed, only, page } = docsBench(() => git);

describe('commands', () => {
  const manifest = (scripts: object, bin: object = {}) => JSON.stringify({ name: 'shop', scripts, bin });

  it('are held against a package.json behind a byte order mark, and one that cannot be read is told', async () => {
    const first = git.commit('main', { 'package.json': manifest({ check: 'node --test' }) });
    const marked = `\uFEFF${manifest({ verify: 'node --test' })}`;
    const next = git.commit('main', { 'package.json': marked, 'README.md': 'Run `npm run check`.\n' }, first);
    expect(await proposed('README.md', only('commands'))).toBe('Run `npm run verify`.\n');
    git.commit('main', { 'package.json': '{' }, next);
    expect(await told(only('commands'))).toEqual(['package.json docs.not-read']);
    expect(await told(only('links'))).toEqual([]);
  });

  it('names scripts, commands and files as they are now', async () => {
    const first = git.commit('main', {
      'package.json': manifest({ check: 'node --test', gone: 'x' }, { shopctl: 'cli.js' }),
      'scripts/seed.js': page('seed'),
    });
    const text = [
      'Run `npm run check`.',
      '```sh\nnpm run check -- --all\n$ shopctl up\nnode scripts/seed.js\nnpm run gone\nnpm run dev\n```',
      '```js\nrun("npm run check");\n```',
      '```sh\ncd other && npm run check\n```\n',
    ].join('\n\n');
    git.commit(
      'main',
      {
        'package.json': manifest({ verify: 'node --test' }, { shop: 'cli.js' }),
        'scripts/seed.js': null,
        'tools/seed.js': page('seed'),
        'README.md': text,
        'CHANGELOG.md': 'Adds `npm run check`.\n',
      },
      first,
    );
    const wanted = text
      .replace('`npm run check`', '`npm run verify`')
      .replace('\nnpm run check --', '\nnpm run verify --')
      .replace('shopctl', 'shop')
      .replace('scripts/seed.js', 'tools/seed.js');
    expect(await proposed('README.md', only('commands'))).toBe(wanted);
    expect(await told(only('commands'))).toEqual(['README.md:7 docs.stale-script']);
  });

  it('names what a sample imports of the package as it is now', async () => {
    const manifest = (exported: object) => JSON.stringify({ name: '@a/shop', exports: exported });
    const first = git.commit('main', {
      'package.json': manifest({ '.': './a.js', './cart': './cart.js', './gone': './gone.js' }),
    });
    const sample = (pkg: string, entry: string) => `\`\`\`ts\nimport { x } from '${pkg}/${entry}';\n\`\`\`\n`;
    const text = [sample('@a/shop', 'cart'), sample('@b/shop', 'cart'), sample('@a/shop', 'gone')].join('\n');
    const now = git.commit(
      'main',
      { 'package.json': manifest({ '.': './a.js', './basket': './cart.js' }), 'README.md': text },
      first,
    );
    expect(await proposed('README.md', only('commands'))).toBe(
      text.replace('@a/shop/cart', '@a/shop/basket'),
    );
    expect(await told(only('commands'))).toEqual(['README.md:10 docs.stale-entry']);
    // A pattern may stand for what is named.
    git.commit('main', { 'package.json': manifest({ './*': './*.js' }) }, now);
    expect(await look(only('commands'))).toEqual({ proposals: [], skipped: [] });
  });

  it('tells of samples that do not parse', async () => {
    git.commit('main', { 'README.md': '# A\n\n```js\nconst x = (;\n```\n' });
    expect(await told()).toEqual(['README.md:3 docs.code-does-not-parse']);
  });
});

describe('versions', () => {
  const manifest = (version: string, node: string) =>
    JSON.stringify({ name: 'shop', version, engines: { node } });

  it('gives those of package.json where that once had what is written', async () => {
    const first = git.commit('main', { 'package.json': manifest('1.2.0', '>=18') });
    const text = [
      'The current version is 1.2.0. It requires Node.js 18 or newer (Node >= 18).',
      'Needs Node 16+.',
      '`npm install shop@1.2.0`',
      'Since 1.2.0 all is well, and before Node 18+ was required it was not.',
      'Version 1.2.0 was good.\n',
    ].join('\n\n');
    git.commit(
      'main',
      {
        'package.json': manifest('2.0.0', '>=22.18'),
        'README.md': text,
        'packages/a/package.json': '{}',
        'packages/a/README.md': text,
      },
      first,
    );
    const wanted = text
      .replace('current version is 1.2.0', 'current version is 2.0.0')
      .replace('Node.js 18 or', 'Node.js 22.18 or')
      .replace('(Node >= 18)', '(Node >= 22.18)')
      .replace('shop@1.2.0', 'shop@2.0.0');
    expect(await proposed('README.md', only('versions'))).toBe(wanted);
    expect(await told(only('versions'))).toEqual(['README.md:3 docs.stale-engine']);
    // One of yesterday may not be published yet.
    const yesterday = { ...only('versions'), asOf: new Date('2026-01-02T00:00:00Z') };
    expect(await told(yesterday)).toEqual(
      expect.arrayContaining(['README.md:1 docs.stale-version', 'README.md:5 docs.stale-version']),
    );
  });
});

describe('spelling', () => {
  it('corrects a slip that has one right word', async () => {
    git.commit('main', {
      'README.md':
        '# The libary\n\nThis libary is untrusted, becuase [libary](x.test) `libary` libary.md libary-x.\n\nBehaviour and behavior.\n',
    });
    const text = await proposed('README.md', only('spelling'));
    // `libary` stands often: this project means it.
    expect(text).toContain('This libary is untrusted, because [libary]');
  });

  it.each<[string, TestFiles, Partial<DocsAgentSettings>]>([
    ['the code has the word', { 'src/a.js': 'const becuase = 1;\n' }, {}],
    ['the configuration has the word', {}, { words: ['Becuase'] }],
    ['the document is to be left alone', {}, { ignore: ['docs/**'] }],
    ['code reads the document', { 'src/a.js': 'read("docs/a.md");\n' }, {}],
    ['the document is protected', {}, { protectedPaths: ['docs'] }],
    [
      'another language is spoken',
      { 'docs/a.md': 'Das haben unsere werber becuase nicht geschrieben.\n' },
      {},
    ],
  ])('leaves it where %s', async (_what, files, over) => {
    git.commit('main', { 'docs/a.md': 'It works becuase it does.\n', ...files });
    expect((await look(over)).proposals).toEqual([]);
  });
});
