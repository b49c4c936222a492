import type { Attack, Files } from './attack.ts';

type Entry = Record<string, unknown>;
type Lock = { packages: Record<string, Entry> };

/** The honest update, with another lockfile or manifest. */
function altered(
  alter: (lock: Lock, entry: Entry) => void,
): (files: Readonly<Record<string, string>>) => Files {
  return (files) => {
    const lock = JSON.parse(files['package-lock.json'] ?? '') as Lock;
    const found = Object.entries(lock.packages).find(([path]) => path.startsWith('node_modules/attack-'));
    if (found === undefined) throw new Error('the lockfile has no package');
    alter(lock, found[1]);
    return { ...files, 'package-lock.json': `${JSON.stringify(lock, null, 2)}\n` };
  };
}

function withSpec(spec: string): (files: Readonly<Record<string, string>>) => Files {
  return (files) => {
    const manifest = JSON.parse(files['package.json'] ?? '') as { dependencies: Record<string, string> };
    for (const name of Object.keys(manifest.dependencies)) manifest.dependencies[name] = spec;
    return { ...files, 'package.json': `${JSON.stringify(manifest, null, 2)}\n` };
  };
}

const honest = { release: {} } as const;

/** What hides in the file that nobody reads. */
export const lockfileAttacks: readonly Attack[] = [
  {
    name: 'foreign-host',
    how: 'takes the tarball from elsewhere',
    change: altered((_, entry) => {
      entry.resolved = 'https://a.invalid/x.tgz';
    }),
  },
  {
    name: 'another-digest',
    how: 'expects other bytes than the registry serves',
    change: altered((_, entry) => {
      entry.integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
    }),
  },
  {
    name: 'weak-digest',
    how: 'lets a digest that can be forged vouch',
    change: altered((_, entry) => {
      entry.integrity = `sha1-${Buffer.alloc(20).toString('base64')}`;
    }),
  },
  {
    name: 'no-digest',
    how: 'leaves out what vouches for the bytes',
    change: altered((_, entry) => {
      delete entry.integrity;
    }),
  },
  {
    name: 'a-package-that-nothing-needs',
    how: 'adds a package that no manifest asks for',
    change: altered((lock, entry) => {
      lock.packages['node_modules/attack-stowaway'] = { ...entry };
    }),
  },
  {
    name: 'another-package-under-the-name',
    how: 'puts another package where the known one stands',
    change: altered((_, entry) => {
      entry.name = 'attack-other';
    }),
  },
  {
    name: 'a-link-to-outside',
    how: 'takes the package from a folder beside the repository',
    change: altered((_, entry) => {
      entry.resolved = '../evil';
      entry.link = true;
      delete entry.version;
      delete entry.integrity;
    }),
  },
  {
    name: 'a-command-that-is-invented',
    how: 'shadows a command that the scripts of the project call',
    change: altered((_, entry) => {
      entry.bin = { node: 'index.js' };
    }),
  },
  {
    name: 'optional-now',
    how: 'lets the package be left out where it cannot be had',
    change: altered((_, entry) => {
      entry.optional = true;
    }),
  },
  {
    name: 'an-older-version',
    how: 'locks another version than the manifest asks for',
    change: altered((_, entry) => {
      entry.version = '0.9.0';
    }),
  },
  {
    name: 'an-alias',
    how: 'installs another package under the name',
    change: withSpec('npm:attack-other@1.0.1'),
  },
  {
    name: 'from-git',
    how: 'asks for a branch instead of a release',
    change: withSpec('git+https://a.invalid/x.git'),
  },
  { name: 'from-a-file', how: 'asks for a tarball of the repository', change: withSpec('file:./x.tgz') },
  {
    name: 'npmrc',
    how: 'tells npm of another registry',
    change: (files: Readonly<Record<string, string>>) => ({
      ...files,
      '.npmrc': 'registry=https://a.invalid/\n',
    }),
  },
  {
    name: 'another-lockfile',
    how: 'brings the lockfile of another package manager, which tools may prefer',
    change: (files: Readonly<Record<string, string>>) => ({ ...files, 'yarn.lock': '# yarn lockfile v1\n' }),
  },
  {
    name: 'shrinkwrap',
    how: 'brings a file that npm prefers to the lockfile',
    change: (files: Readonly<Record<string, string>>) => ({
      ...files,
      'npm-shrinkwrap.json': files['package-lock.json'] ?? '',
    }),
  },
].map((attack) => ({ ...honest, family: 'lockfile', ...attack }));
