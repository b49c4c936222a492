import type { ApiFile } from '../../../../domain/api.ts';
import type { Lockfile } from '../../../../domain/lockfile.ts';
import type { PackageContents } from '../../../../domain/package-contents.ts';
import type { AskedFunction } from '../../../../domain/parameter-types.ts';
import type { RecordedCall } from '../../../../domain/recorded-call.ts';

export type Versions = { readonly name: string; readonly from: string; readonly to: string };

const mostCharacters = 8 * 1024 * 1024;
const mostFunctions = 200;

/** Manifests and declarations of a version; undefined: it has none, or more than is read. */
export function promisesOf(contents: PackageContents | undefined): readonly ApiFile[] | undefined {
  const files = (contents?.files ?? []).flatMap(({ path, text }) =>
    text !== undefined && isPromise(path) ? [{ path, text }] : [],
  );
  const size = files.reduce((sum, { text }) => sum + text.length, 0);
  return files.some(({ path }) => isDeclaration(path)) && size <= mostCharacters ? files : undefined;
}

const isDeclaration = (path: string) => /\.d\.[cm]?ts$/.test(path);
const isPromise = (path: string) => isDeclaration(path) || /(^|\/)package\.json$/.test(path);

/** The package that describes another one, where it is installed at the top. */
export function typesOf(
  name: string,
  lock: Lockfile | undefined,
): { readonly name: string; readonly version: string } | undefined {
  const types = `@types/${name.replace(/^@/, '').replace('/', '__')}`;
  const version = lock?.entries.get(`node_modules/${types}`)?.version;
  return version === undefined ? undefined : { name: types, version };
}

export function functionsOf(calls: readonly RecordedCall[]): readonly AskedFunction[] {
  const all = new Map(calls.map((call) => [keyOf(call), { kind: call.kind, steps: call.steps }]));
  return [...all.values()].slice(0, mostFunctions);
}

export function keyOf({ kind, steps }: AskedFunction): string {
  return JSON.stringify([kind, steps]);
}
