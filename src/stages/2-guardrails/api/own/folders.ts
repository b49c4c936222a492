import { workspaceFolders } from '../../../../domain/lockfile/locate.ts';
import { parseManifest } from '../../../../domain/npm/manifest.ts';

/** The root (''), and its workspaces; every folder with a manifest where they cannot be told. */
export function packageFolders(paths: readonly string[], manifest: string, pnpm: string): readonly string[] {
  const named = pnpmPatterns(pnpm);
  try {
    const root = parseManifest(manifest, 'package.json');
    const raw = named.length > 0 ? { ...root.raw, workspaces: named } : root.raw;
    return ['', ...workspaceFolders({ ...root, raw }, paths)];
  } catch {
    const nested = paths.filter((path) => path.endsWith('/package.json') && !path.includes('node_modules/'));
    return ['', ...nested.map((path) => path.slice(0, -'/package.json'.length))];
  }
}

/** The innermost that holds the path. */
export function ownerOf(path: string, folders: readonly string[]): string {
  const owners = folders.filter((folder) => folder === '' || path.startsWith(`${folder}/`));
  return owners.reduce((best, each) => (each.length > best.length ? each : best), '');
}

/** The list below `packages:`, but for what it excludes. */
function pnpmPatterns(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const below = lines.slice(lines.indexOf('packages:') + 1);
  const end = below.findIndex((line) => !/^($|[\s#-])/.test(line));
  const list = lines.includes('packages:') ? below.slice(0, end === -1 ? undefined : end) : [];
  const items = list.map((line) => /^\s*- *(["']?)([^"'#]+)\1/.exec(line)?.[2]?.trim() ?? '');
  return items.filter((one) => one !== '' && !one.startsWith('!'));
}
