import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from './run-command.ts';

const root = join(import.meta.dirname, '../..');

/** Installs autoland below `folder` as users do, with its packages from the registry that npm is set up with; answers its program. */
export async function installPackage(folder: string): Promise<string> {
  const [built, user] = [join(folder, 'built'), join(folder, 'user')];
  await runOrThrow([process.execPath, join(root, 'scripts/build.ts'), built], { cwd: root, seconds: 120 });
  const tarball = (await readdir(built)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`the build left no tarball in ${built}`);
  const install = ['npm', 'install', '--prefix', user, '--ignore-scripts', '--no-audit', '--no-fund'];
  await runOrThrow([...install, join(built, tarball)], { cwd: folder, seconds: 600 });
  return join(user, 'node_modules/.bin/autoland');
}
