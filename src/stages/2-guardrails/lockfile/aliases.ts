import { isProject, type Lockfile } from '../../../domain/lockfile.ts';
import type { Problem } from '../facts.ts';

/** pnpm and Yarn: a name that newly gets a package of another name. */
export function newAliases(base: Lockfile | undefined, head: Lockfile): readonly Problem[] {
  const known = new Set(base === undefined ? [] : aliases(base).map(({ id }) => id));
  return aliases(head)
    .filter(({ id }) => !known.has(id))
    .map(({ who, name, of }) => ({
      code: 'lockfile.alias',
      detail: `${who || 'package.json'} asks for ${name} and gets another package, ${of}.`,
    }));
}

type Alias = { readonly id: string; readonly who: string; readonly name: string; readonly of: string };

function aliases({ entries }: Lockfile): readonly Alias[] {
  return [...entries.values()].flatMap((entry) =>
    [...(entry.edges ?? [])].flatMap(([name, path]) => {
      const found = entries.get(path);
      if (found === undefined || isProject(path) || found.name === name) return [];
      return [{ id: `${entry.name} ${name} ${found.name}`, who: entry.path, name, of: found.name }];
    }),
  );
}
