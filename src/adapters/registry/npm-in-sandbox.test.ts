import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxJob } from '../../ports/sandbox.ts';
import { startVerdaccio, type TestRegistry } from '../../testing/verdaccio.ts';
import { BubblewrapSandbox } from '../sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { NpmRegistry } from './npm-registry.ts';
import type { NpmSettings } from './npm-settings.ts';
import { type ProxyRequest, RegistryProxy } from './registry-proxy.ts';

// Looks for the text in every environment and in every file that is not the machine's own. It arrives reversed.
const HUNT = `const fs = require('node:fs');
const wanted = process.argv[1].split('').reverse().join('');
const hits = [];
const look = (path) => { try { if (fs.readFileSync(path, 'latin1').includes(wanted)) hits.push(path); } catch {} };
for (const pid of fs.readdirSync('/proc')) if (/^\\d+$/.test(pid)) for (const file of ['environ', 'cmdline']) look('/proc/' + pid + '/' + file);
const walk = (directory) => {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const path = directory + '/' + entry.name;
    if (entry.isDirectory()) walk(path); else if (entry.isFile()) look(path);
  }
};
let walked = 0;
for (const root of ['/work', '/tmp', '/home', '/etc', '/run', '/opt/bin', '/usr/local']) try { walk(root); walked += 1; } catch {}
console.log(JSON.stringify({ hits, walked }));`;

const TRY_POST = `fetch('http://127.0.0.1:4873/plain', { method: 'POST', body: 'stolen' }).then((answer) => console.log(answer.status))`;

describe('npm in the sandbox, through the proxy', () => {
  let root: string;
  let verdaccio: TestRegistry;
  let proxy: RegistryProxy;
  let sandbox: BubblewrapSandbox;
  let settings: NpmSettings;
  const seen: ProxyRequest[] = [];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'autoland-npm-'));
    const postinstall = 'touch /work/project/installed-script-ran';
    verdaccio = await startVerdaccio({
      packages: [
        {
          name: 'plain',
          version: '1.0.0',
          manifest: { scripts: { postinstall } },
          files: { 'index.js': 'module.exports = 1;' },
        },
        {
          name: '@private/thing',
          version: '1.0.0',
          files: { 'index.js': 'module.exports = require("plain");' },
        },
      ],
    });
    const token = { [`//${new URL(verdaccio.url).host}/:_authToken`]: verdaccio.token };
    settings = { registry: verdaccio.url, '@private:registry': verdaccio.url, ...token };
    const socket = join(root, 'registry.sock');
    sandbox = new BubblewrapSandbox({ workDir: root, stateDir: root, registrySocket: socket });
    proxy = new RegistryProxy({
      socket,
      settings,
      owner: sandbox.owner(),
      onRequest: (request) => seen.push(request),
    });
    await proxy.start();
    await sandbox.probe();
  });
  afterAll(async () => {
    await proxy.close();
    await verdaccio.close();
    await rm(root, { recursive: true, force: true });
  });

  /** A project whose lockfile names other hosts, as one that was made elsewhere does. */
  async function makeProject(): Promise<string> {
    const registry = new NpmRegistry({ settings });
    const integrity = async (name: string) => (await registry.manifest(name, '1.0.0'))?.integrity;
    const dependencies = { plain: '1.0.0', '@private/thing': '1.0.0' };
    const entry = async (name: string, host: string) => ({
      version: '1.0.0',
      resolved: `https://${host}/${name}/-/${name.split('/').at(-1)}-1.0.0.tgz`,
      integrity: await integrity(name),
      ...(name === 'plain' ? { hasInstallScript: true } : {}),
    });
    const packages = {
      '': { name: 'project', version: '1.0.0', dependencies },
      'node_modules/plain': await entry('plain', 'registry.npmjs.org'),
      'node_modules/@private/thing': await entry('@private/thing', 'npm.company.example'),
    };
    const directory = await sandbox.jobDirectory('project');
    const lock = { name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true, packages };
    await writeFile(
      join(directory, 'package.json'),
      JSON.stringify({ name: 'project', version: '1.0.0', dependencies }),
    );
    await writeFile(join(directory, 'package-lock.json'), JSON.stringify(lock));
    await writeFile(
      join(directory, '.npmrc'),
      'registry=https://evil.example/\n@private:registry = https://npm.company.example/\n',
    );
    return directory;
  }

  function job(source: string, argv: readonly [string, ...string[]]): SandboxJob {
    return {
      argv,
      cwd: '/work/project',
      env: {},
      mounts: [{ source, target: '/work/project', mode: 'write' }],
      network: 'registry',
      limits: { seconds: 60, memoryMiB: 1024, processes: 128, diskMiB: 64, outputKiB: 64 },
    };
  }

  it('installs what the lockfile says, plain and private, and runs no script', async () => {
    const project = await makeProject();
    const result = await sandbox.run(job(project, ['npm', 'ci']));
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
    expect(await readdir(join(project, 'node_modules', '@private'))).toEqual(['thing']);
    expect(await readdir(project)).not.toContain('installed-script-ran');
    const used = await sandbox.run(job(project, ['node', '-p', 'require("@private/thing")']));
    expect(used).toMatchObject({ kind: 'exited', code: 0, stdout: '1\n' });
    expect(seen.filter(({ path, status }) => path.endsWith('.tgz') && status === 200)).toHaveLength(2);

    const reversed = verdaccio.token.split('').reverse().join('');
    const hunt = await sandbox.run(job(project, ['node', '-e', HUNT, '--', reversed]));
    expect(JSON.parse(hunt.stdout)).toEqual({ hits: [], walked: 7 });
  });

  it('adds a package, resolving it through the proxy', async () => {
    const project = await sandbox.jobDirectory('empty');
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', version: '1.0.0' }));
    const result = await sandbox.run(job(project, ['npm', 'install', '@private/thing@^1.0.0']));
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
  });

  it('is refused when it posts', async () => {
    const project = await sandbox.jobDirectory('post');
    const result = await sandbox.run(job(project, ['node', '-e', TRY_POST]));
    expect(result).toMatchObject({ kind: 'exited', code: 0, stdout: '405\n' });
    expect(seen.at(-1)).toMatchObject({ method: 'POST', status: 405 });
  });

  it('fails when the lockfile’s integrity is another', async () => {
    const project = await makeProject();
    const path = join(project, 'package-lock.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/sha512-..../, 'sha512-AAAA'));
    expect(await sandbox.run(job(project, ['npm', 'ci']))).toMatchObject({ kind: 'exited', code: 1 });
  });
});
