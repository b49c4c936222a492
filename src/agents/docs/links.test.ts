import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { docsBench } from '../../testing/docs-bench.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const { look, told, proposed, only, page } = docsBench(() => git);

describe('links', () => {
  it('follows files that moved, and keeps all else of the line', async () => {
    const first = git.commit('main', { 'docs/old.md': page('Moving'), 'a.md': page('a') });
    const second = git.commit('main', { 'docs/old.md': null, 'guide/step.md': page('Moving') }, first);
    const last = git.commit('main', { 'guide/step.md': null, 'guide/new name.md': page('Moving') }, second);
    const text =
      'See [it](./docs/old.md#set-up-moving "here") and ![no](a.md).\r\n\r\n[r]: docs/old.md\r\n\r\n[x][r]\r\n';
    git.commit('main', { 'README.md': text }, last);
    const found = await look(only('links'));
    expect(found).toMatchObject({
      skipped: [],
      proposals: [
        {
          source: 'agent:docs',
          title: 'Mend 2 dead links in documents',
          ref: 'refs/heads/autoland/docs/links',
          record: { kind: 'links', base: await git.resolve('main') },
        },
      ],
    });
    const head = found.proposals[0]?.head ?? '';
    expect((await git.readFile(head, 'README.md'))?.toString()).toBe(
      text
        .replace('./docs/old.md', './guide/new%20name.md')
        .replace(': docs/old.md', ': guide/new%20name.md'),
    );
    expect((await git.diff(await git.resolve('main'), head)).map(({ path }) => path)).toEqual(['README.md']);
    expect(JSON.stringify(found.proposals[0]?.record)).toContain(
      `git saw docs/old.md become it in ${last.slice(0, 12)}`,
    );
  });

  it('says nothing of what lies in a submodule or behind a symbolic link, where it does not look', async () => {
    git.commit('main', {
      module: { submodule: 'a'.repeat(40) },
      latest: { link: 'docs' },
      'docs/set-up.md': page('a'),
      'README.md': '[x](module/set-up.md) [z](latest/set-up.md) [y](gone/set-up.md)\n',
    });
    const text = await proposed('README.md', only('links'));
    expect(text).toBe('[x](module/set-up.md) [z](latest/set-up.md) [y](docs/set-up.md)\n');
  });

  it('takes the only file of a name, and the heading that is nearest by far', async () => {
    git.commit('main', {
      'docs/a/setup.md': page('Setup'),
      'docs/b/README.md': '[one](../setup.md) [two](../a/setup.md#set-up-setp) [three](../A/Setup.md)\n',
    });
    expect(await proposed('docs/b/README.md')).toBe(
      '[one](../a/setup.md) [two](../a/setup.md#set-up-setup) [three](../a/setup.md)\n',
    );
  });

  it.each<[string, string, TestFiles]>([
    ['several files have the name', '[x](gone.md)', { 'a/gone.md': 'a', 'b/gone.md': 'b' }],
    ['every folder has such a file', '[x](gone/README.md)', { 'a/README.md': 'a' }],
    ['nothing has the name', '[x](gone.md)', {}],
    ['two headings are as near', '[x](a.md#part-3)', { 'a.md': '# Part 1\n\n# Part 2\n' }],
    ['a digit differs', '[x](a.md#version-two-3)', { 'a.md': '# Version two 4\n' }],
    ['it is written twice', '<p><a href="gone.md">a</a><a href="gone.md">b</a></p>', { 'a/gone.md': 'a' }],
  ])('leaves a link to a person where %s', async (_what, text, files) => {
    git.commit('main', { 'README.md': `${text}\n`, ...files });
    const { proposals, skipped } = await look(only('links'));
    expect(proposals).toEqual([]);
    expect(skipped.map(({ code }) => code)).toContain(
      text.includes('#') ? 'docs.dead-anchor' : 'docs.dead-link',
    );
  });

  it.each<[string, string, TestFiles]>([
    [
      'a generator names the headings',
      '[x](a.md#set-up-her)',
      { 'mkdocs.yml': 'x', 'docs/a.md': '# Set up here\n' },
    ],
    [
      'a generator has its own root',
      '[x](/pic.png)',
      { 'docs/.vitepress/config.js': 'x', 'docs/public/pic.png': 'x' },
    ],
    [
      'many anchors of a document are dead',
      ['one', 'two', 'three', 'four'].map((n) => `[x](a.md#the-part-${n})`).join('\n\n'),
      { 'docs/a.md': '# The  part one\n\n# The  part two\n\n# The  part three\n\n# The  part four\n' },
    ],
  ])('leaves a link to a person where %s', async (_what, text, files) => {
    git.commit('main', { 'docs/b.md': `${text}\n`, ...files });
    const { proposals, skipped } = await look(only('links'));
    expect(proposals).toEqual([]);
    expect(skipped.length).toBeGreaterThan(0);
  });

  it('follows moves within a site, and asks nothing of templates', async () => {
    const first = git.commit('main', { '_config.yml': 'x', 'docs/old.md': page('Sites') });
    const text = '[x](old.md) and [y]({{ page.url }})\n';
    git.commit('main', { 'docs/old.md': null, 'docs/new.md': page('Sites'), 'docs/b.md': text }, first);
    expect(await proposed('docs/b.md', only('links'))).toBe(text.replace('old.md', 'new.md'));
    expect(await told(only('links'))).toEqual([]);
  });

  it('tells of many in one document as of one', async () => {
    git.commit('main', {
      'README.md': Array.from({ length: 20 }, (_, n) => `[x](gone-${n}.md)`).join('\n\n'),
    });
    const { skipped } = await look(only('links'));
    expect(skipped).toHaveLength(6);
    expect(skipped.at(-1)).toEqual({
      name: 'README.md',
      code: 'docs.dead-link',
      reason: 'There are 15 more of the kind in it.',
    });
  });

  it('never writes a link to a script, whatever a file is called', async () => {
    git.commit('main', { 'README.md': '[x](gone.md)\n', 'javascript:alert(1)/gone.md': 'x' });
    const { proposals, skipped } = await look(only('links'));
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ reason: expect.stringContaining('cannot be written as a link') }]);
  });

  it('never writes what a name in HTML holds beyond a name', async () => {
    git.commit('main', { 'README.md': '[x](#set-up-here)\n\n<a id="set-up-here) [z](javascript:f"></a>\n' });
    expect((await look(only('links'))).proposals).toEqual([]);
  });

  it('never looks outside of the repository, nor through symbolic links', async () => {
    git.commit('main', {
      'README.md':
        '[a](../../../../etc/passwd) [b](file:///etc/passwd) [c](https://x.test/gone.md) [d](/etc/hosts)\n',
      'link.md': { link: '/etc/passwd' },
      folder: { link: '..' },
    });
    const { proposals, skipped } = await look();
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ name: 'README.md:1', code: 'docs.dead-link' }]);
    expect(skipped[0]?.reason).toContain('/etc/hosts');
  });
});
