import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lockfile, newEntries, parseLockfileOf } from '../../src/domain/lockfile.ts';
import { parseManifest } from '../../src/domain/npm/manifest.ts';
import { sortedEntries } from '../../src/domain/npm/order.ts';
import type { Facts } from '../../src/stages/2-guardrails/facts.ts';
import { integrity } from '../../src/stages/2-guardrails/lockfile/integrity.ts';
import { lockfile } from '../../src/stages/2-guardrails/lockfile/lockfile.ts';
import { inquiryOf } from '../../src/stages/2-guardrails/packages.ts';
import { lockfileNames } from '../../src/testing/lock-samples.ts';
import { sampleChecksum, sampleIntegrity } from '../../src/testing/npm-samples.ts';
import { dialects, locked, registry } from './support/lockfiles.ts';

const ejs = sampleIntegrity('ejs', '2.6.2');
const evil = sampleIntegrity('evil', '2.6.2');
const words = [
  ['ejs', 'jake', 'evil', 'sample'],
  ['2.6.2', '2.6.1', '1.0.0', '9.9.9', '^1.0.0', '^2.6.2', '*'],
  [
    ejs,
    evil,
    sampleChecksum('ejs', '2.6.2'),
    sampleChecksum('evil', '2.6.2'),
    sampleIntegrity('jake', '1.0.0'),
  ],
  ['registry.npmjs.org', 'registry.yarnpkg.com', 'evil.test', 'https://', 'http://'],
  ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies', 'bin', 'os', 'dev', 'link'],
  ['npm:', 'workspace:', 'link:', 'patch:', 'file:', 'git+ssh://'],
  ['true', 'false', '  ', '    ', '{}', ':', ',', '"'],
];

/** Lines that go, come twice or change places, and words that become others of their kind. */
const mutation = fc.record({
  kind: fc.constantFrom('swap-word', 'drop-line', 'double-line', 'move-line'),
  at: fc.nat(),
  to: fc.nat(),
  word: fc.nat(),
  by: fc.nat(),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer One> ? One : never;

function mutate(text: string, { kind, at, to, word, by }: Mutation): string {
  const lines = text.split('\n');
  const line = at % lines.length;
  const taken = lines[line] ?? '';
  if (kind === 'drop-line') return lines.toSpliced(line, 1).join('\n');
  if (kind === 'double-line') return lines.toSpliced(line, 0, taken).join('\n');
  if (kind === 'move-line')
    return lines
      .toSpliced(line, 1)
      .toSpliced(to % lines.length, 0, taken)
      .join('\n');
  const known = words.flatMap((group) =>
    group.filter((each) => taken.includes(each)).map((each) => [each, group] as const),
  );
  const [from, group] = known[word % Math.max(1, known.length)] ?? ['', ['']];
  return lines.with(line, taken.replace(from, group[by % group.length] ?? '')).join('\n');
}

/** What the guardrails of lockfiles say, without a repository. */
async function verdictOf(base: Lockfile, head: Lockfile, files: Record<string, string>) {
  const manifests = new Map([['', parseManifest(files['package.json'] ?? '', 'package.json')]]);
  const names = [Object.keys(files)[1] ?? ''];
  const lock: Facts['lock'] = {
    base,
    head,
    manifests,
    origins: ['https://registry.npmjs.org/'],
    files: { base: names, head: names, touched: names },
  };
  const { wanted, ...inquiry } = inquiryOf(lock);
  const versions = new Map<
    string,
    { publishedAt: undefined; manifest: Awaited<ReturnType<typeof registry.manifest>> }
  >();
  for (const [key, { name, version }] of wanted) {
    versions.set(key, { publishedAt: undefined, manifest: await registry.manifest(name, version) });
  }
  const asked = { ...inquiry, packages: [], versions, ages: { minimumAgeDays: 7, asOf: new Date(0) } };
  return [lockfile.check({ lock }), integrity.check({ registry: asked })];
}

describe.each(dialects)('any change to a lockfile of %s', (dialect) => {
  it('that passes installs what the honest one installs', async () => {
    const honest = locked(dialect, '2.6.2');
    const name = lockfileNames[dialect];
    const projects = new Map([['', parseManifest(honest['package.json'] ?? '', 'package.json')]]);
    const read = (text: string) => parseLockfileOf(dialect, text, projects);
    const before = read(locked(dialect, '2.6.1')[name] ?? '');
    const real = read(honest[name] ?? '');
    let readable = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const text = mutations.reduce(mutate, honest[name] ?? '');
        let head: Lockfile;
        try {
          head = read(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'lockfile.invalid' });
          return;
        }
        readable += 1;
        const found = await verdictOf(before, head, honest);
        const passes = found.every((each) => each?.verdict === 'pass');
        const plain = withAddresses(real, head);
        const same = newEntries(real, plain).length === 0 && newEntries(plain, real).length === 0;
        expect(passes && !same, text).toBe(false);
        expect(same && !passes && sameProject(real, head), text).toBe(false);
      }),
      { numRuns: 600 },
    );
    expect(readable).toBeGreaterThan(50);
  });
});

/** npm may leave out where a package comes from: then it is the registry, which has two names with Yarn 1. */
function withAddresses(real: Lockfile, head: Lockfile): Lockfile {
  const entries = [...head.entries].map(([path, entry]) => {
    const missing = head.dialect === 'npm' ? real.entries.get(path)?.resolved : undefined;
    const resolved = entry.resolved ?? missing;
    const named =
      head.dialect === 'yarn-classic'
        ? resolved?.replace('//registry.npmjs.org/', '//registry.yarnpkg.com/')
        : resolved;
    return [path, { ...entry, resolved: named }] as const;
  });
  return { ...head, entries: new Map(entries) };
}

/** What the project itself asks for, and how the whole is steered. */
function sameProject(one: Lockfile, other: Lockfile): boolean {
  const told = ({ entries, settings }: Lockfile) => {
    const root = entries.get('');
    const needs = [
      root?.dependencies,
      root?.devDependencies,
      root?.optionalDependencies,
      root?.peerDependencies,
      root?.edges,
    ];
    return JSON.stringify([needs.map((map) => sortedEntries(map ?? new Map())), [...settings]]);
  };
  return one.entries.size === other.entries.size && told(one) === told(other);
}
