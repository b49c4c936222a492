import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeTree } from '../../src/adapters/remove-tree.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { defaultPolicyText } from '../../src/stages/4-policy/shipped.ts';
import { makeRepository } from '../../src/wiring/place/new-repository.ts';

const server = `require('node:http').createServer((_, response) => response.end('fine')).listen(process.env.PORT);\n`;

/** A bare repository with a service of one file, and the place for its state. */
export type Shop = { readonly root: string; readonly repo: string; readonly state: string };

export async function makeShop(): Promise<Shop> {
  const root = await mkdtemp(join(tmpdir(), 'al-'));
  // The sandbox’s user must pass.
  await chmod(root, 0o711);
  const source = join(root, 'source');
  const service = { name: 'shop', command: ['node', 'server.js'] };
  const found = { branch: 'main', install: null, build: null, test: ['node', '--test'], service };
  const files = {
    'server.js': server,
    '.autoland/autoland.yaml': defaultConfig(found),
    '.autoland/policy.cedar': defaultPolicyText(),
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), content);
  }
  const repo = join(root, 'shop.git');
  await makeRepository(source, repo, 'A shop');
  return { root, repo, state: join(root, 's') };
}

export async function removeShop({ root }: Shop): Promise<void> {
  await removeTree(root);
}
