const named = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/@.][^\\/]*)(?=[\\/]|$)/g;

/** The package that a file belongs to; undefined: the project itself. Takes paths and file URLs. */
export function packageOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  let name: string | undefined;
  for (const [, found] of file.matchAll(named)) name = found?.replace('\\', '/').replace('%2F', '/');
  return name;
}

/** `@scope/name` of `@scope/name/sub/path`; undefined: a path, a URL or a builtin. */
export function packageNamed(specifier: string): string | undefined {
  return /^(?:@[^/]+\/)?[^@./:][^/:]*(?=\/|$)/.exec(specifier)?.[0];
}

/** The directory of the package that a file belongs to. */
export function packageDirectory(file: string, name: string): string | undefined {
  const at = file.lastIndexOf(`/node_modules/${name}/`);
  return at < 0 ? undefined : `${file.slice(0, at)}/node_modules/${name}`;
}
