import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const files = (dialect: Parameters<typeof readSettings>[0], texts: Record<string, string>) => {
  const read = readSettings(dialect, new Map(Object.entries(texts)));
  return 'code' in read ? read.reason : Object.fromEntries(read.files);
};

describe('readSettings', () => {
  it('keeps of .npmrc what decides the lockfile, and no registry, token or hook', () => {
    const npmrc = [
      'auto-install-peers=false',
      'registry=https://evil.example/',
      '//evil.example/:_authToken=secret',
      'globalconfig=/etc/passwd',
      'pnpmfile=./hook.cjs',
      'resolution-mode = highest',
      `auto-install-peers=$\{SECRET}`,
    ].join('\n');
    expect(files('pnpm', { '.npmrc': npmrc })).toEqual({
      '.npmrc': 'auto-install-peers=false\nresolution-mode = highest\n',
    });
  });

  it('keeps of .yarnrc.yml what decides the lockfile, and the version that is brought along', () => {
    const text = [
      'npmRegistryServer: https://evil.example',
      'npmAuthToken: secret',
      'compressionLevel: 0',
      'catalog: {react: ^18.0.0}',
      'plugins: [{path: .yarn/plugins/x.cjs, spec: "@yarnpkg/plugin-workspace-tools"}]',
      'yarnPath: .yarn/releases/yarn-3.6.1.cjs',
    ].join('\n');
    const read = readSettings('yarn-berry', new Map([['.yarnrc.yml', text]]));
    expect(read).toMatchObject({ brought: '3.6.1' });
    expect(files('yarn-berry', { '.yarnrc.yml': text })).toEqual({
      '.yarnrc.yml': 'catalog:\n  react: ^18.0.0\ncompressionLevel: 0\n',
    });
  });

  it.each([
    ['pnpm', { '.pnpmfile.cjs': '' }],
    ['pnpm', { 'pnpm-workspace.yaml': 'packages: [a' }],
    ['pnpm', { 'pnpm-workspace.yaml': '- a' }],
    ['yarn-berry', { '.yarnrc.yml': 'plugins: [./evil.cjs]' }],
    ['yarn-berry', { '.yarnrc.yml': 'plugins: [{path: ./evil.cjs, spec: "https://evil.example/x.js"}]' }],
    ['yarn-berry', { '.yarnrc.yml': 'a: &a [1]\nb: *a' }],
    ['yarn-berry', { '.yarnrc.yml': '[1]' }],
    ['yarn-berry', { '.yarnrc.yml': 'a: 1\na: 2' }],
  ] as const)('declines %s with %j', (dialect, texts) => {
    expect(readSettings(dialect, new Map(Object.entries(texts)))).toMatchObject({
      code: 'dependency.manager',
    });
  });
});
