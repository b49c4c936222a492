import type { FetchedDialect } from './pins.ts';

/** A tarball's address: where the registry is, and what every registry that follows npm's gives the same name. */
const address = /^(https?:\/\/[^"\s#]+?\/)((?:@[^/"\s#]+\/)?[^/"\s#]+\/-\/[^/"\s#]+\.tgz)(#[0-9a-f]+)?$/;

/** How each writes a line that holds one. */
const lines: Readonly<Record<FetchedDialect, RegExp | undefined>> = {
  pnpm: /(\btarball: )([^\s,}]+)/g,
  'yarn-classic': /^( {2}resolved ")([^"\n]+)(?=")/gm,
  'yarn-berry': undefined,
};

type Address = { readonly whole: string; readonly prefix: string; readonly tail: string };

function* addressesIn(text: string, line: RegExp): Generator<Address> {
  for (const [, , whole = ''] of text.matchAll(line)) {
    const [, prefix, tail] = address.exec(whole) ?? [];
    if (prefix !== undefined && tail !== undefined) yield { whole, prefix, tail };
  }
}

/** Every tarball at `prefix`, so that the manager looks for it there. What is no registry's tarball stays. */
export function withPrefix(dialect: FetchedDialect, text: string, prefix: string): string {
  return replaced(dialect, text, ({ tail, digest }) => `${prefix}${tail}${digest}`);
}

/**
 * A regenerated lockfile with the addresses that the project's own had, and where it had none of them, at the registry that most
 * of the others come from. The sandbox reaches the registry under an address of its own. Pure.
 */
export function restoreAddresses(dialect: FetchedDialect, before: string, after: string): string {
  const line = lines[dialect];
  if (line === undefined) return after;
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { whole, prefix, tail } of addressesIn(before, line)) {
    known.set(tail, whole);
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  const fallback = most?.[0] ?? (dialect === 'yarn-classic' ? 'https://registry.yarnpkg.com/' : undefined);
  return replaced(dialect, after, ({ whole, tail, digest }) => {
    const own = known.get(tail);
    // Of the same name and another content it is not the one that was known.
    if (own !== undefined && (digest === '' || !own.includes('#') || own.endsWith(digest))) return own;
    return fallback === undefined ? whole : `${fallback}${tail}${digest}`;
  });
}

type Found = { readonly whole: string; readonly tail: string; readonly digest: string };

function replaced(dialect: FetchedDialect, text: string, change: (found: Found) => string): string {
  const line = lines[dialect];
  if (line === undefined) return text;
  return text.replace(line, (all, start: string, whole: string) => {
    const [, , tail, digest = ''] = address.exec(whole) ?? [];
    return tail === undefined ? all : `${start}${change({ whole, tail, digest })}`;
  });
}

/** The address of something on this machine, such as the sandbox's registry; undefined: there is none. */
export function ownAddress(text: string): string | undefined {
  return /https?(?::|%3A)(?:\/\/|%2F%2F)(?:127\.0\.0\.1|localhost|registry\.invalid)(?:[:/]|%3A|%2F)[^\s"',}]{0,80}/i.exec(
    text,
  )?.[0];
}
