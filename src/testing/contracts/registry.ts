import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Registry } from '../../ports/registry.ts';

/**
 * The registry that `make` answers MUST hold `example` in 1.0.0, 1.10.0 and 1.9.0, published in this order; `latest`
 * is 1.10.0, 1.9.0 is deprecated, 1.0.0 depends on `other` ^1.0.0, has a postinstall script and a binding.gyp.
 */
export function registryContract(make: () => Promise<Registry>): void {
  describe('registry contract', () => {
    it('lists versions ascending by semver, with time, deprecation and latest', async () => {
      const described = await (await make()).describe('example');
      expect(described?.versions.map(({ version }) => version)).toEqual(['1.0.0', '1.9.0', '1.10.0']);
      expect(described?.versions.map(({ deprecated }) => deprecated)).toEqual([false, true, false]);
      expect(
        described?.versions.every(({ publishedAt }) => !Number.isNaN(Date.parse(publishedAt ?? ''))),
      ).toBe(true);
      expect(described?.latest).toBe('1.10.0');
    });

    it('says undefined for a package and for a version that do not exist', async () => {
      const registry = await make();
      expect(await registry.describe('no-such-package')).toBeUndefined();
      expect(await registry.manifest('no-such-package', '1.0.0')).toBeUndefined();
      expect(await registry.manifest('example', '9.9.9')).toBeUndefined();
      expect(await registry.manifest('example', 'toString')).toBeUndefined();
    });

    it('reads a manifest from the tarball, with an integrity computed from its bytes', async () => {
      const manifest = await (await make()).manifest('example', '1.0.0');
      expect(manifest).toMatchObject({ name: 'example', version: '1.0.0', hasGypFile: true });
      expect(manifest?.dependencies).toEqual({ other: '^1.0.0' });
      expect(Object.keys(manifest?.scripts ?? {})).toEqual(['postinstall']);
      expect(manifest?.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    });

    it('gives the files of a version, with the digest of their bytes', async () => {
      const registry = await make();
      const contents = await registry.contents('example', '1.0.0');
      const manifest = contents?.files.find(({ path }) => path === 'package.json');
      expect(JSON.parse(manifest?.text ?? '')).toMatchObject({ name: 'example', version: '1.0.0' });
      const digest = createHash('sha256')
        .update(manifest?.text ?? '')
        .digest('hex');
      expect(manifest).toMatchObject({ kind: 'text', digest });
      expect(contents?.links).toEqual([]);
      expect(await registry.contents('example', '9.9.9')).toBeUndefined();
      expect(await registry.contents('no-such-package', '1.0.0')).toBeUndefined();
    });

    it('says that a version without a binding.gyp has none', async () => {
      expect(await (await make()).manifest('example', '1.9.0')).toMatchObject({
        hasGypFile: false,
        scripts: {},
      });
    });

    it('names at least one origin, each a URL prefix', async () => {
      const origins = await (await make()).origins();
      expect(origins.length).toBeGreaterThan(0);
      for (const origin of origins) expect(origin).toMatch(/^https?:\/\/.*\/$/);
    });
  });
}
