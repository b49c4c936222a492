import { isRecord, parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { PackageContents } from '../../../domain/package-contents.ts';

/** What Node, and tools that replace it, may add to a name: https://nodejs.org/api/modules.html#all-together */
const endings = ['', '.js', '.json', '.node', '.cjs', '.mjs', '.ts', '.cts', '.mts', '.jsx', '.tsx'];

/** Finds the file of a package that a name stands for. */
export function resolverOf({ files }: PackageContents) {
  const paths = new Set(files.map(({ path }) => path));
  const mains = new Map(
    files.flatMap(({ path, text }) =>
      /(^|\/)package\.json$/.test(path)
        ? [[path.replace(/\/?package\.json$/, ''), mainOf(text)] as const]
        : [],
    ),
  );
  const asFile = (path: string) =>
    endings.map((ending) => `${path}${ending}`).find((each) => paths.has(each));
  const at = (path: string): string | undefined => {
    const main = path === '' ? undefined : mains.get(path);
    const inner = main === undefined ? undefined : join(path, main);
    return (
      (path === '' ? undefined : asFile(path)) ??
      (inner === undefined ? undefined : (asFile(inner) ?? asFile(join(inner, 'index') ?? ''))) ??
      asFile(path === '' ? 'index' : `${path}/index`)
    );
  };
  return {
    /** undefined: it stands for no file of the package. */
    from(file: string, spec: string): string | undefined {
      const path = join(file.split('/').slice(0, -1).join('/'), spec);
      return path === undefined ? undefined : at(path);
    },
    /** Of a target as package.json writes it, where `*` is any text and a folder is all that is in it. */
    all(target: string): readonly string[] {
      const [before = '', after] = target.replace(/^\.\//, '').split('*');
      if (after !== undefined) {
        return [...paths].filter((path) => path.startsWith(before) && path.endsWith(after));
      }
      if (before.endsWith('/')) return [...paths].filter((path) => path.startsWith(before));
      const found = at(join('', before) ?? '');
      return found === undefined ? [] : [found];
    },
  };
}

function mainOf(text: string | undefined): string | undefined {
  try {
    const main = parseHostileObject(text ?? '{}').main;
    return typeof main === 'string' ? main : undefined;
  } catch {
    return undefined;
  }
}

/** undefined: it leads out of the package. */
export function join(folder: string, spec: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of spec.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** All texts in a value of package.json, at any depth; of an object also where its keys lead. */
export function textsIn(value: unknown): readonly string[] {
  const texts: string[] = [];
  const pending: unknown[] = [value];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (typeof one === 'string') texts.push(one);
    else if (Array.isArray(one)) pending.push(...one.filter((each) => each !== undefined));
    else if (isRecord(one)) pending.push(...Object.values(one).filter((each) => each !== undefined));
  }
  return texts;
}
