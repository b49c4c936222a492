/**
 * Makes the package that users install, since Node takes no types out of what lies below `node_modules`: `DIR/package`, and of it
 * `DIR/autoland-VERSION.tgz`. Usage: npm run build [-- DIR]; without DIR in `dist`. The same sources make the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { writeKitFiles } from '../src/adapters/recorder/kit.ts';

const root = join(import.meta.dirname, '..');
const testing = join(root, 'src/testing');
/** Beside the sources. */
const shipped = [
  'bin',
  'docs/guide',
  'evalset',
  'examples/storefront',
  'schema',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

const out = resolve(process.argv[2] ?? join(root, 'dist'));
const to = join(out, 'package');
if (existsSync(to) && nameOf(to) !== 'autoland') {
  process.stderr.write(
    `build: expected an earlier build in ${to}, or nothing; name another: npm run build -- DIR\n`,
  );
  process.exit(2);
}
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });

run(join(root, 'node_modules/.bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', to);
copy('src');
await writeKitFiles(join(to, 'src/adapters/recorder/inside'));
shipped.forEach(copy);
writeFileSync(join(to, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`);

const [packed] = JSON.parse(run('npm', 'pack', to, '--json', '--pack-destination', out)) as Packed[];
if (packed === undefined) throw new Error(`npm pack told nothing of ${to}`);
const tarball = relative('', join(out, packed.filename));
console.log(
  `${tarball}: ${packed.entryCount} files, ${(packed.size / 1e6).toFixed(1)} MB, ${packed.integrity}`,
);

type Packed = {
  readonly filename: string;
  readonly entryCount: number;
  readonly size: number;
  readonly integrity: string;
};

function nameOf(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name;
  } catch {
    return undefined;
  }
}

/** Without what only a checkout needs: a pinned Node among it, which would come before its users' own in their scripts. */
function publishedManifest(): object {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { private: _, scripts, optionalDependencies, devDependencies, overrides, ...published } = manifest;
  return published;
}

/** Without sources. */
function copy(path: string): void {
  const filter = (from: string) => from !== testing && (!from.endsWith('.ts') || isDeclaration(from));
  cpSync(join(root, path), join(to, path), { recursive: true, filter });
}

/** Of JavaScript that is shipped as it is. */
function isDeclaration(path: string): boolean {
  return path.endsWith('.d.ts') && existsSync(path.replace(/\.d\.ts$/, '.js'));
}

function run(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
