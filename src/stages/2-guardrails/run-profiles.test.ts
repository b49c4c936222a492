import { describe, expect, it } from 'vitest';
import { ChildSyntaxComparer } from '../../adapters/syntax/child-syntax-comparer.ts';
import type { SourceText } from '../../domain/capabilities.ts';
import type { ProfileCache } from '../../ports/profile-cache.ts';
import { MemoryRegistry, sampleIntegrity } from '../../testing/npm-samples.ts';
import { Profiles } from './run-profiles.ts';

const files = { 'index.js': "require('child_process');\n" };

/** A registry with one package, what is kept of it, and how often it is parsed. */
function workshop() {
  const kept = new Map<string, string>();
  let parsed = 0;
  const syntax = new ChildSyntaxComparer();
  const counting = (sources: readonly SourceText[]) => {
    parsed += 1;
    return syntax.capabilities(sources);
  };
  const profiles: ProfileCache = {
    get: async (integrity) => kept.get(integrity),
    put: async (integrity, text) => void kept.set(integrity, text),
  };
  const registry = new MemoryRegistry()
    .add('kit', '1.0.0', { files })
    .add('bad', '1.0.0', { files: { 'a.js': '}{' } });
  const look = async (name: string, integrity?: string) => {
    const manifest = await registry.manifest(name, '1.0.0');
    const told = manifest && { ...manifest, integrity: integrity ?? manifest.integrity };
    const versions = new Map([[`${name}@1.0.0`, { publishedAt: undefined, manifest: told }]]);
    const profile = await new Profiles(
      {
        registry,
        profiles,
        syntax: { capabilities: counting, compare: async () => new Map(), faults: async () => new Map() },
      },
      versions,
    ).of(name, '1.0.0');
    return profile?.marks.map(({ kind }) => kind);
  };
  return { kept, look, parsed: () => parsed };
}

describe('Profiles', () => {
  it('parses a tarball once', async () => {
    const { look, parsed } = workshop();
    expect(await look('kit')).toEqual(['exec']);
    expect(await look('kit')).toEqual(['exec']);
    expect(parsed()).toBe(1);
  });

  it.each(['', '{"form":1}', 'null'])('parses again when it kept %j', async (text) => {
    const { kept, look, parsed } = workshop();
    kept.set(sampleIntegrity('kit', '1.0.0'), text);
    expect(await look('kit')).toEqual(['exec']);
    expect(parsed()).toBe(1);
    expect(await look('kit')).toEqual(['exec']);
    expect(parsed()).toBe(1);
  });

  it('keeps nothing of a tarball that is not the one that was asked about', async () => {
    const { kept, look } = workshop();
    expect(await look('kit', sampleIntegrity('kit', '2.0.0'))).toEqual(['exec']);
    expect(kept.size).toBe(0);
  });

  it('keeps nothing of what could not be read', async () => {
    const { kept, look } = workshop();
    expect(await look('bad')).toEqual(['unread']);
    expect(kept.size).toBe(0);
  });
});
