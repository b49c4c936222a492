import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVerdaccio, type TestRegistry } from '../../src/testing/verdaccio.ts';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Without a service: changes are merged, and nothing is exposed. */
const merging = rules({ levels: { lint: 'merge' } }).replace(/service:[\s\S]*/, 'service: null\n');

/** A small formatter with plugins, as a package: it takes blanks from the ends of lines, and what its plugin makes of the rest. */
const formatter = `#!/usr/bin/env node
import { readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const own = existsSync('tidy.config.js') ? await import(pathToFileURL('tidy.config.js').href) : {};
for (const path of readdirSync('.', { recursive: true })) {
  if (!/\\.js$/.test(path) || path.includes('node_modules')) continue;
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, (own.plugin ?? ((each) => each))(text.replaceAll(/[ \\t]+$/gm, ''), path));
}
`;
const untidy = "export const greet = (name) =>   \n  'hello ' + name;\n";

describe('what linters mend', () => {
  let registry: TestRegistry;
  let stage: Stage;
  beforeAll(async () => {
    registry = await startVerdaccio();
    await registry.publish({
      name: 'tidy',
      version: '1.0.0',
      manifest: { type: 'module', bin: { tidy: 'tidy.js' } },
      files: { 'tidy.js': formatter },
    });
    const manifest = { name: 'greeter', version: '1.0.0', private: true, type: 'module' };
    const root = { ...manifest, devDependencies: { tidy: '1.0.0' } };
    const answer = await fetch(`${registry.url}tidy`);
    const { versions } = (await answer.json()) as {
      versions: Record<string, { dist: { tarball: string; integrity: string } }>;
    };
    const { tarball, integrity } = versions['1.0.0']?.dist ?? { tarball: '', integrity: '' };
    const locked = { version: '1.0.0', resolved: tarball, integrity, dev: true, bin: { tidy: 'tidy.js' } };
    const lock = {
      ...manifest,
      lockfileVersion: 3,
      requires: true,
      packages: { '': root, 'node_modules/tidy': locked },
    };
    const config = merging
      .replace('install: null', 'install: [npm, ci, --ignore-scripts]')
      .concat('agents: { lint: { commands: [[node_modules/.bin/tidy]] } }\n')
      .concat(`registry: { allowed: ['${registry.url}'] }\n`);
    stage = new Stage(
      {
        'package.json': `${JSON.stringify(root, null, 2)}\n`,
        'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
        'greet.js': untidy,
        '.autoland/autoland.yaml': config,
      },
      { npm_config_registry: registry.url, npm_config_fetch_retries: '0' },
    );
    await stage.up();
  });
  afterAll(async () => {
    await stage.close();
    await registry.close();
  });

  const scan = () => stage.json<ScanReport>('scan', '--agent', 'lint');

  it('is proposed by a scan, and lands as class lint', async () => {
    const { proposals, skipped } = await scan();
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([{ title: 'Apply the safe fixes of tidy to 1 file' }]);
    const view = await stage.ended(proposals[0]?.change ?? '');
    expect(view).toMatchObject({ class: 'lint', state: 'landed' });
    expect(stage.repo.show('main', 'greet.js')).toBe(untidy.replaceAll(/ +$/gm, '').trimEnd());
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
  });

  it('is not proposed where a plugin changes what the code does, nor anything beside the code', async () => {
    const plugin = `export const plugin = (text, path) =>
  path === 'greet.js' ? text.replace('hello', 'goodbye') : path === 'tidy.config.js' ? 'export {};\\n' : text;
import { symlinkSync, rmSync, writeFileSync } from 'node:fs';
writeFileSync('package.json', '{}');
rmSync('README.md');
symlinkSync('/etc/passwd', 'README.md');
`;
    stage.repo.push('main', { 'tidy.config.js': plugin, 'greet.js': untidy });
    const { proposals, skipped } = await scan();
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ name: 'greet.js', code: 'lint.behaviour-may-differ' }]);
  });

  it('is nothing where a plugin hangs, and the scan says so', async () => {
    const config = stage.repo.show('main', '.autoland/autoland.yaml');
    stage.repo.push('main', {
      'tidy.config.js': 'await new Promise((resolve) => setTimeout(resolve, 3_600_000));\n',
      '.autoland/autoland.yaml': `${config.replace('lint: { commands', 'lint: { seconds: 1, commands')}\n`,
    });
    expect(await scan()).toMatchObject({ proposals: [], skipped: [{ code: 'lint.tool-failed' }] });
  });
});
