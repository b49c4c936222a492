import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greeter } from './greeter.ts';
import { BareRepository } from './repository.ts';

const root = join(import.meta.dirname, '../..');

describe('the package that npm run build makes', () => {
  const dir = mkdtempSync(join(tmpdir(), 'autoland-package-'));
  const installed = join(dir, 'user/node_modules/autoland');
  const manifest = () => JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const autoland = (args: readonly string[]) => {
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    return execFileSync(join(installed, 'bin/autoland'), args, {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
  };
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  beforeAll(() => {
    // The sandbox's user must pass.
    chmodSync(dir, 0o755);
    execFileSync(process.execPath, [join(root, 'scripts/build.ts'), join(dir, 'built')]);
    mkdirSync(dirname(installed), { recursive: true });
    renameSync(join(dir, 'built/package'), installed);
    for (const name of Object.keys(manifest().dependencies)) {
      mkdirSync(dirname(join(dir, 'user/node_modules', name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(dir, 'user/node_modules', name));
    }
  });

  it('has nothing that only a checkout needs', () => {
    expect(Object.keys(manifest())).toEqual(
      expect.arrayContaining(['name', 'version', 'license', 'engines', 'bin', 'exports', 'dependencies']),
    );
    for (const key of ['private', 'scripts', 'devDependencies', 'optionalDependencies'])
      expect(manifest()).not.toHaveProperty(key);
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('.ts')).sort()).toEqual([
      'src/middleware/code-flags.d.ts',
      'src/middleware/flagged-requests.d.ts',
    ]);
    expect(files.filter((path) => /^src\/(?:testing\/|.*\.test\.js$)/.test(path))).toEqual([]);
  });

  it('names no source that is not there', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.js'),
    );
    const stale = files.filter((path) =>
      /(?:from|import\()\s*['"]\.[^'"]*\.ts['"]/.test(readFileSync(join(installed, path), 'utf8')),
    );
    expect(files.length).toBeGreaterThan(1000);
    expect(stale).toEqual([]);
  });

  it('checks a change where it is installed, with the packages that it names and no other', () => {
    const repo = new BareRepository(join(dir, 'greeter.git'), greeter);
    repo.push('topic', { 'greet.js': "export const greet = (name) =>\n  'hello ' + name;\n" });
    expect(autoland(['--version']).trim()).toBe(manifest().version);
    const report = JSON.parse(autoland(['check', '--repo', repo.dir, '--json', 'topic']));
    expect(report).toMatchObject({ verdict: 'pass', class: 'lint' });
    const verdicts = new Map(
      report.guardrails.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]),
    );
    for (const name of ['tests', 'characterization', 'lint', 'secrets', 'api'])
      expect(verdicts.get(name)).toBe('pass');
  });
});
