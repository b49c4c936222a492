import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { swapsBetween } from './swaps.ts';

type Entry = Record<string, unknown>;

const at = 'https://registry.npmjs.org/';
const digest = (letter: string) => `sha512-${letter.repeat(86)}==`;
const entry = (name: string, version: string, more: Entry = {}): Entry => ({
  version,
  resolved: `${at}${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`,
  integrity: digest(version.slice(0, 1)),
  ...more,
});

type Project = {
  readonly wants: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, Entry>>;
  readonly root?: Entry;
  readonly lock?: Entry;
};

function texts({ wants, packages, root, lock }: Project) {
  const manifest = { name: 'project', dependencies: wants, ...root };
  return {
    lockfile: JSON.stringify({
      name: 'project',
      lockfileVersion: 3,
      ...lock,
      packages: { '': manifest, ...packages },
    }),
    manifest: JSON.stringify(manifest),
  };
}

const swaps = (base: Project, head: Project) => swapsBetween(texts(base), texts(head));

/** A project that wants `name`, and something else; the head has another version of the first. */
function update(name = 'a', from: Entry = {}, to: Entry = {}, more: Partial<Project> = {}) {
  const other = { 'node_modules/z': entry('z', '3.0.0') };
  const made = (version: string, own: Entry): Project => ({
    wants: { [name]: '>=1', z: '3.0.0' },
    packages: { [`node_modules/${name}`]: entry(name, version, own), ...other },
    ...more,
  });
  return [made('1.0.0', from), made('2.0.0', to)] as const;
}

describe('swapsBetween', () => {
  it.each<[string, readonly [Project, Project]]>([
    ['a version', update()],
    ['one of a scope', update('@s/a')],
    ['what it says of itself', update('a', { license: 'MIT' }, { license: 'ISC', engines: { node: '*' } })],
    ['the same needs', update('a', { dependencies: { z: '3' } }, { dependencies: { z: '3' } })],
    [
      'scripts of installation, which nobody runs',
      update('a', { hasInstallScript: true }, { hasInstallScript: true }),
    ],
    ['the other format', update('a', {}, {}, { lock: { lockfileVersion: 2, dependencies: { a: {} } } })],
  ])('finds %s', (_case, [base, head]) => {
    const [path, to] = Object.entries(head.packages)[0] ?? [];
    const name = path?.replace('node_modules/', '');
    expect(swaps(base, head)).toMatchObject([{ path, name, version: '2.0.0', integrity: to?.integrity, to }]);
  });

  it('finds one inside another, and what the project wants now', () => {
    const made = (inner: string): Project => ({
      wants: { a: '^1.0.0', b: inner },
      packages: {
        'node_modules/a': entry('a', '1.0.0', { dependencies: { '@s/b': '*' } }),
        'node_modules/a/node_modules/@s/b': entry('@s/b', inner),
        'node_modules/b': entry('b', inner),
      },
    });
    const paths = swaps(made('1.0.0'), made('2.0.0'))?.map(({ path }) => path);
    expect(paths).toEqual(['node_modules/a/node_modules/@s/b', 'node_modules/b']);
    expect(swaps(made('1.0.0'), made('1.0.0'))).toEqual([]);
  });

  it('leaves to npm a wish for another, whatever its name', () => {
    const made = (wish: string, version: string): Project => ({
      wants: { [wish]: '*' },
      packages: {
        'node_modules/x': entry('x', '1.0.0'),
        'node_modules/constructor': entry('constructor', version),
      },
    });
    expect(swaps(made('constructor', '1.0.0'), made('constructor', '2.0.0'))).toHaveLength(1);
    expect(swaps(made('x', '1.0.0'), made('constructor', '2.0.0'))).toBeUndefined();
  });

  it.each<[string, readonly [Project, Project]]>([
    ['other needs', update('a', {}, { dependencies: { z: '3' } })],
    ['another peer', update('a', { peerDependencies: { z: '2 || 3' } }, { peerDependencies: { z: '3' } })],
    ['a command', update('a', { bin: { a: 'a.js' } }, { bin: { a: 'a.js' } })],
    ['a new command', update('a', {}, { bin: { a: 'a.js' } })],
    ['what may be missing', update('a', { optional: true }, { optional: true })],
    ['what may be missing in part', update('a', { devOptional: true }, { devOptional: true })],
    ['another system', update('a', { os: ['linux'] }, { os: ['darwin'] })],
    ['what is needed only to develop now', update('a', {}, { dev: true })],
    ['a link', update('a', {}, { link: true, resolved: 'packages/a' })],
    ['an alias', update('a', { name: 'b' }, { name: 'b' })],
    ['another registry', update('a', {}, { resolved: 'https://elsewhere.example/a/-/a-2.0.0.tgz' })],
    ['another file of the registry', update('a', {}, { resolved: `${at}a/-/b-2.0.0.tgz` })],
    ['no address', update('a', { resolved: undefined }, { resolved: undefined })],
    ['a weak digest', update('a', {}, { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' })],
    ['no digest', update('a', {}, { integrity: undefined })],
    ['no version', update('a', {}, { version: 'latest', resolved: `${at}a/-/a-latest.tgz` })],
    ['a name that leads out', update('../../etc')],
    ['a hidden name', update('.bin')],
    ['an old name', update('JSONStream')],
    ['a project of several', update('a', {}, {}, { root: { workspaces: ['packages/*'] } })],
    ['overrides', update('a', {}, {}, { root: { overrides: { z: '3' } } })],
    ['a format to come', update('a', {}, {}, { lock: { lockfileVersion: 4 } })],
  ])('leaves to npm: %s', (_case, [base, head]) => {
    expect(swaps(base, head)).toBeUndefined();
  });

  const [base, head] = update();
  it.each<[string, Project]>([
    ['one more', { ...head, packages: { ...head.packages, 'node_modules/more': entry('more', '1.0.0') } }],
    [
      'one in place of another',
      {
        ...head,
        packages: {
          ...head.packages,
          'node_modules/z': undefined as never,
          'node_modules/y': entry('y', '1.0.0'),
        },
      },
    ],
    [
      'one that has others inside',
      { ...head, packages: { ...head.packages, 'node_modules/a/node_modules/z': entry('z', '1.0.0') } },
    ],
    ['a version that the project does not want', { ...head, wants: { a: '^1.0.0', z: '3.0.0' } }],
    [
      'a version that another does not bear',
      {
        ...head,
        packages: {
          ...head.packages,
          'node_modules/z': entry('z', '3.0.0', { peerDependencies: { a: '1' } }),
        },
      },
    ],
    ['another wish for what stays', { ...head, wants: { a: '>=1', z: '^3.0.0' } }],
    ['a wish that is no range', { ...head, wants: { a: 'latest', z: '3.0.0' } }],
    ['another system of the project', { ...head, root: { os: ['darwin'] } }],
    [
      'a tool that the project asks for',
      { ...head, root: { devEngines: { runtime: { name: 'node', version: '99' } } } },
    ],
    ['a wish less', { ...head, wants: { a: '>=1' } }],
  ])('leaves to npm: %s', (_case, changed) => {
    expect(swaps(base, head)).toHaveLength(1);
    expect(swaps(base, changed)).toBeUndefined();
  });

  it.each([
    ['{'],
    ['[]'],
    ['{"packages":[]}'],
    ['{"lockfileVersion":3,"packages":{}}'],
    ['{"lockfileVersion":3,"packages":{"":{},"node_modules/a":1}}'],
  ])('leaves to npm what is no lockfile: %s', (text) => {
    expect(swapsBetween({ ...texts(base), lockfile: text }, texts(head))).toBeUndefined();
    expect(swapsBetween(texts(base), { ...texts(head), lockfile: text })).toBeUndefined();
  });

  it.each(['{', '[]', '{"dependencies":{"a":"^2.0.0"}}'])(
    'leaves to npm a manifest that is not the locked one: %s',
    (manifest) => {
      expect(swapsBetween(texts(base), { ...texts(head), manifest })).toBeUndefined();
    },
  );

  it('never swaps where anything but the package itself is another', () => {
    const field = fc.constantFrom(
      'dependencies',
      'peerDependencies',
      'bin',
      'os',
      'cpu',
      'libc',
      'dev',
      'peer',
      'optional',
      'x',
    );
    const value = fc.constantFrom<unknown>(true, { z: '3.0.0' }, { z: '3' }, ['linux'], 'x');
    fc.assert(
      fc.property(field, value, value, (name, one, two) => {
        const [before, after] = update('a', { [name]: one }, { [name]: two });
        if (JSON.stringify(one) !== JSON.stringify(two)) expect(swaps(before, after)).toBeUndefined();
      }),
    );
  });
});
