/** What a request to the proxy asks for. */
export type ProxyRoute =
  | { readonly kind: 'packument'; readonly name: string }
  | { readonly kind: 'tarball'; readonly name: string; readonly file: string }
  | { readonly kind: 'refused'; readonly status: 404 | 405 };

const NAME = /^(?:@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/i;
const FILE = /^[a-z0-9-._~+]+\.tgz$/i;

/**
 * Package documents and tarballs, read only; all else does not exist. A lockfile's URL keeps its path when npm
 * replaces the host, so the path may begin with that of one of the user's registries (`prefixes`, each ending in a slash).
 */
export function routeOf(method: string, url: string, prefixes: readonly string[]): ProxyRoute {
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'refused', status: 405 };
  const path = decodedPath(url);
  if (path === undefined) return { kind: 'refused', status: 404 };
  const known =
    prefixes.toSorted((a, b) => b.length - a.length).find((prefix) => path.startsWith(prefix)) ?? '/';
  const [name = '', file, ...rest] = path.slice(known.length).split('/-/');
  if (rest.length > 0 || !NAME.test(name)) return { kind: 'refused', status: 404 };
  if (file === undefined) return { kind: 'packument', name };
  return FILE.test(file) ? { kind: 'tarball', name, file } : { kind: 'refused', status: 404 };
}

function decodedPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '');
    return path.startsWith('/') ? path : undefined;
  } catch {
    return undefined;
  }
}
