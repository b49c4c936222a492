/** What a link points at. */
export type Target =
  /** A path from the root of the repository, without / at its ends; '' = the root. */
  | { readonly kind: 'local'; readonly path: string; readonly fragment: string }
  | { readonly kind: 'external'; readonly url: URL }
  /** A scheme with which a link runs or holds something itself. */
  | { readonly kind: 'unsafe'; readonly scheme: string }
  /** Mail and the like, what lies outside of the repository, and what is no URL. */
  | { readonly kind: 'other' };

const scheme = /^([a-z][a-z0-9+.-]*):/i;
const unsafe = /^(javascript|vbscript|data|file|blob|shell|cmd|powershell|ms-\w+)$/;

/** `from` is the document that holds the link. As GitHub resolves it: a leading / is the root of the repository. */
export function targetOf(url: string, from: string, image = false): Target {
  // Browsers leave these out, also within a scheme.
  const plain = url
    .replaceAll(/[\t\n\r]/g, '')
    .replace(/^[\0-\x20]+/, '')
    .trim();
  const named = scheme.exec(plain)?.[1]?.toLowerCase();
  if (named !== undefined) {
    if (image && /^data:image\/(png|jpe?g|gif|webp|svg\+xml)[;,]/i.test(plain)) return { kind: 'other' };
    return unsafe.test(named) ? { kind: 'unsafe', scheme: named } : external(plain);
  }
  if (/^[\\/]{2}/.test(plain)) return external(`https:${plain}`);
  return local(plain, from);
}

function external(url: string): Target {
  const parsed = URL.parse(url);
  return parsed !== null && /^(https?|ftps?|wss?):$/.test(parsed.protocol)
    ? { kind: 'external', url: parsed }
    : { kind: 'other' };
}

function local(url: string, from: string): Target {
  const [beforeFragment = '', ...fragments] = url.split('#');
  const path = decoded(beforeFragment.split('?')[0] ?? '');
  const fragment = decoded(fragments.join('#'));
  if (path === '') return { kind: 'local', path: url.startsWith('?') ? '' : from, fragment };
  const folder = path.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..' && folder.pop() === undefined) return { kind: 'other' };
    if (part !== '..' && part !== '.' && part !== '') folder.push(part);
  }
  return { kind: 'local', path: folder.join('/'), fragment };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
