import { parse } from 'yaml';
import type { Dialect } from '../../../domain/lockfile.ts';
import { isRecord, type JsonRecord, parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { Project } from '../managers/run-read.ts';

/** Where a manager reads which version is to be taken below a package. */
export type Place = { readonly file: string; readonly keys: readonly string[] };

const manifest = 'package.json';
const workspace = 'pnpm-workspace.yaml';

/** The file in which pnpm reads overrides: the one that has some, else the one that its version reads them from. */
export function pnpmOverridesFile({ settings, manager }: Pick<Project, 'settings' | 'manager'>): string {
  const isThere = isRecord(yamlIn(settings.get(workspace)).overrides);
  return isThere || Number(manager?.version.split('.')[0]) >= 11 ? workspace : manifest;
}

const places: Readonly<
  Record<Dialect, (below: string, name: string, project: Pick<Project, 'settings' | 'manager'>) => Place>
> = {
  npm: (below, name) => ({ file: manifest, keys: ['overrides', below, name] }),
  pnpm(below, name, project) {
    const file = pnpmOverridesFile(project);
    const keys = ['overrides', `${below}>${name}`];
    return { file, keys: file === manifest ? ['pnpm', ...keys] : keys };
  },
  'yarn-classic': (below, name) => ({ file: manifest, keys: ['resolutions', `**/${below}/${name}`] }),
  'yarn-berry': (below, name) => ({ file: manifest, keys: ['resolutions', `${below}/${name}`] }),
};

export function placeOf(project: Project, below: string, name: string): Place {
  return places[project.lockfile.dialect](below, name, project);
}

export function textAt({ texts, sources }: Project, { file }: Place): string {
  return texts.get(file) ?? sources.get(file) ?? (file === manifest ? '{}' : '');
}

/** What stands there; undefined: nothing. */
export function valueAt(text: string, { file, keys }: Place): unknown {
  let value: unknown = file === manifest ? parseHostileObject(text) : yamlIn(text);
  for (const key of keys) value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** The settings were read before, so they can be. */
function yamlIn(text: string | undefined): JsonRecord {
  const value: unknown = parse(text ?? '', { maxAliasCount: 100 });
  return isRecord(value) ? value : {};
}
