import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNpm } from './machine-npm.ts';
import { loadNpmSettings } from './npm-settings.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('loadNpmSettings', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'autoland-home-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const env = (change: NodeJS.ProcessEnv = {}) => ({ HOME: home, PATH: '/usr/bin:/bin', ...change });

  /** A machine's npm in a prefix of its own, with global settings beside it. */
  async function machineNpm(globalSettings: string): Promise<string> {
    const prefix = join(home, 'prefix');
    const npm = join(prefix, 'lib/node_modules/npm');
    for (const directory of [join(npm, 'bin'), join(prefix, 'bin'), join(prefix, 'etc')]) {
      await mkdir(directory, { recursive: true });
    }
    await writeFile(join(npm, 'package.json'), '{"name":"npm","version":"11.0.0"}');
    await writeFile(join(npm, 'bin/npm-cli.js'), '');
    await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(prefix, 'bin/npm'));
    await symlink(process.execPath, join(prefix, 'bin/node'));
    await writeFile(join(prefix, 'etc/npmrc'), globalSettings);
    return join(prefix, 'bin');
  }

  it('reads registry, scopes, credentials, proxy and certificates of the user', async () => {
    await writeFile(join(home, 'ca.pem'), CERTIFICATE + CERTIFICATE);
    const lines = [
      'registry=https://npm.company.example/',
      '@team:registry=https://team.example/npm/',
      `//team.example/npm/:_authToken=$${'{TEAM_TOKEN}'}`,
      `cafile=${join(home, 'ca.pem')}`,
      'https-proxy=http://proxy.example:3128/',
    ];
    await writeFile(join(home, '.npmrc'), lines.join('\n'));
    expect(await loadNpmSettings({ env: env({ TEAM_TOKEN: 'from the environment' }) })).toMatchObject({
      registry: 'https://npm.company.example/',
      '@team:registry': 'https://team.example/npm/',
      '//team.example/npm/:_authToken': 'from the environment',
      ca: [expect.stringContaining('MIIB'), expect.stringContaining('MIIB')],
      httpsProxy: 'http://proxy.example:3128/',
    });
  });

  it('finds the global settings beside the machine’s npm, also under `npm run` of another Node', async () => {
    const bin = await machineNpm('registry=https://global.example/\n');
    const path = { PATH: `${bin}${delimiter}/bin` };
    expect((await loadNpmSettings({ env: env(path) })).registry).toBe('https://global.example/');
    const foreign = dirname(dirname(process.execPath));
    const exported = { npm_config_prefix: foreign, npm_config_globalconfig: join(foreign, 'etc/npmrc') };
    expect((await loadNpmSettings({ env: env({ ...path, ...exported }) })).registry).toBe(
      'https://global.example/',
    );
    expect((await findNpm(path))?.package).toBe(join(home, 'prefix/lib/node_modules/npm'));
  });

  it('does not read the .npmrc of the directory that it runs in', async () => {
    const project = join(home, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{}');
    await writeFile(join(project, '.npmrc'), 'registry=https://evil.example/\n');
    const before = process.cwd();
    process.chdir(project);
    try {
      expect((await loadNpmSettings({ env: env() })).registry).not.toContain('evil');
      expect((await loadNpmSettings({ env: env(), cwd: project })).registry).toContain('evil');
    } finally {
      process.chdir(before);
    }
  });

  it('works with an environment of HOME and PATH alone, and without any npm', async () => {
    expect((await loadNpmSettings({ env: env() })).registry).toMatch(/^https?:/);
    expect((await loadNpmSettings({ env: { HOME: home, PATH: '' } })).registry).toBe(
      'https://registry.npmjs.org/',
    );
  });
});
