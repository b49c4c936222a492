import type { ImportedName } from '../../../domain/api.ts';

/** What the repository itself takes from the packages that change, as its base stands. */
export type Client = {
  readonly imports: readonly (ImportedName & { readonly path: string })[];
  /** Names that its sources read from anything. */
  readonly members: ReadonlySet<string>;
  /** Sources that could not be read: they may take anything. */
  readonly unread: readonly string[];
  /** `engines.node` of its package.json. */
  readonly node: string | undefined;
  /** The text of its scripts. */
  readonly scripts: string;
};

/** `used`: a source of the client takes it, at that place. `perhaps`: it cannot be excluded. */
export type Use = { readonly kind: 'used'; readonly at: string } | { readonly kind: 'perhaps' | 'unused' };

/** The package that a specifier leads to, as one writes it: `@a/b` for `@a/b/c`. */
export function packageOf(specifier: string): string {
  const [scope = '', name] = specifier.replace(/^node:/, '').split('/');
  return scope.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope;
}

/** `@types/a__b` describes `@a/b`. */
export function describedBy(name: string): string {
  if (!name.startsWith('@types/')) return name;
  const [scope = '', rest] = name.slice('@types/'.length).split('__');
  return rest === undefined ? scope : `@${scope}/${rest}`;
}

/** `.` or `./sub`, as package.json's `exports` says it. */
export function subpathOf(specifier: string, name: string): string {
  const rest = specifier.replace(/^node:/, '').slice(name.length);
  return rest === '' ? '.' : `.${rest}`;
}

/** Does the client take what stands at `place` (`Parser.parse`) of an exported name? */
export function useOf(client: Client, taken: Client['imports'], place: string): Use {
  const [name = '', ...path] = place.replaceAll('()', '').split('.');
  const isWhole = name === 'export=' || name === 'default';
  const wanted = isWhole ? new Set([name, 'default', 'export=', '*']) : new Set([name]);
  const found = taken.find((each) => wanted.has(each.name));
  const open = taken.some((each) => each.name === '*') || client.unread.length > 0;
  if (found === undefined) return { kind: open ? 'perhaps' : 'unused' };
  // Names such as `[Symbol.iterator]` are reached without being written.
  const written = path.filter((part) => /^[\w$]+$/.test(part));
  if (written.every((part) => client.members.has(part)) || written.length < path.length)
    return { kind: 'used', at: `${found.path}:${found.line}` };
  return { kind: open ? 'perhaps' : 'unused' };
}
