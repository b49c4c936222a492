/** However their URLs are written: `git+https://github.com/a/b.git@refs/heads/main` and `github:a/b` are the same. */
export function sameRepository(one: string, other: string): boolean {
  const [a, b] = [plainRepository(one), plainRepository(other)];
  return a !== undefined && a === b;
}

const hosts: ReadonlyMap<string, string> = new Map([
  ['github', 'github.com'],
  ['gitlab', 'gitlab.com'],
  ['bitbucket', 'bitbucket.org'],
]);

/** Host and path in lower case; undefined: it is no URL. */
function plainRepository(url: string): string | undefined {
  const [, host = 'github', short] = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/.exec(url) ?? [];
  if (short !== undefined) return `${hosts.get(host)}/${short.replace(/\.git$/, '')}`.toLowerCase();
  const text = url
    .slice(0, 500)
    .replace(/^git\+/, '')
    .replace(/^git@([\w.-]+):/, 'ssh://$1/');
  if (!URL.canParse(text)) return undefined;
  const { hostname, pathname } = new URL(text);
  const path = pathname
    .replace(/@.*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return `${hostname}${path}`.toLowerCase();
}
