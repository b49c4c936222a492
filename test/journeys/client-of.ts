import type { Files } from './repository.ts';

/** Manifest and lockfile of a project that depends on one package, as npm would write them; `registry` ends with a slash. */
export async function clientOf(registry: string, name: string, version: string): Promise<Files> {
  const packument = (await (await fetch(`${registry}${name}`)).json()) as {
    versions: Record<string, { dist: { integrity: string; tarball: string } }>;
  };
  const { integrity, tarball: resolved } = packument.versions[version]?.dist ?? {};
  const root = { name: 'client', version: '1.0.0', dependencies: { [name]: version } };
  const locked = { '': root, [`node_modules/${name}`]: { version, resolved, integrity } };
  const lock = { name: 'client', version: '1.0.0', lockfileVersion: 3, requires: true, packages: locked };
  return {
    'package.json': `${JSON.stringify(root, null, 2)}\n`,
    'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
  };
}
