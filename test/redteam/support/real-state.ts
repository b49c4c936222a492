import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeTree } from '../../../src/adapters/remove-tree.ts';
import { defaultConfig } from '../../../src/config/defaults.ts';
import { defaultPolicyText } from '../../../src/stages/4-policy/shipped.ts';
import { makeRepository } from '../../../src/wiring/place/new-repository.ts';
import { openRepository } from '../../../src/wiring/place/repository.ts';
import { openWorkshop } from '../../../src/wiring/scan/workshop.ts';

const server = `require('node:http').createServer((_, response) => response.end('fine')).listen(process.env.PORT);\n`;

export type RealState = Awaited<ReturnType<typeof openRealState>>;

/** A bare repository with a small service, and a state directory with everything that autoland keeps there. */
export async function openRealState() {
  const root = await mkdtemp(join(tmpdir(), 'al-'));
  // The sandbox's user must pass.
  await chmod(root, 0o711);
  const repo = await makeShop(root);
  const repository = await openRepository({ repo, state: join(root, 's') }, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: true });
  await workshop.auditLog.publish();
  return {
    root,
    repo,
    state: join(root, 's'),
    repository,
    workshop,
    async close(): Promise<void> {
      await workshop.close();
      repository.store.close();
      await removeTree(root);
    },
  };
}

/** Answers the bare repository; its branch main holds a service without dependencies. */
export async function makeShop(root: string): Promise<string> {
  const source = join(root, 'source');
  const service = { name: 'shop', command: ['node', 'server.js'] };
  const found = { branch: 'main', install: null, build: null, test: ['node', '--test'], service };
  await write(source, {
    'server.js': server,
    '.autoland/autoland.yaml': defaultConfig(found),
    '.autoland/policy.cedar': defaultPolicyText(),
  });
  const repo = join(root, 'shop.git');
  await makeRepository(source, repo, 'A shop');
  return repo;
}

export async function write(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}
