import { describe, expect, it } from 'vitest';
import { parseLockfile, parseLockfileOf } from '../../../domain/lockfile.ts';
import { sampleLocked } from '../../../testing/lock-samples.ts';
import { MemoryRegistry, sampleEntry, sampleProject } from '../../../testing/npm-samples.ts';
import type { Candidate } from '../choose/candidates.ts';
import { askersOf, bringers } from './askers.ts';
import { findAskers } from './run-askers.ts';

const direct = (name: string, path = 'package.json'): Candidate => {
  return { name, from: '1.0.0', uses: [{ path, section: 'dependencies', name, spec: '*' }] };
};
const namesOf = (candidates: readonly Candidate[]) => candidates.map(({ name }) => name);

describe('who asks for a version', () => {
  const lock = parseLockfile(
    sampleProject(
      { dependencies: { app: '^1.0.0', other: '^1.0.0', kit: '^2.0.0' } },
      {
        'node_modules/app': sampleEntry('app', '1.0.0', { dependencies: { kit: '~1.0.0', deep: '*' } }),
        'node_modules/app/node_modules/kit': sampleEntry('kit', '1.0.0'),
        'node_modules/deep': sampleEntry('deep', '1.0.0', { dependencies: { kit: '^2.0.0' } }),
        'node_modules/kit': sampleEntry('kit', '2.0.0'),
        'node_modules/other': sampleEntry('other', '1.0.0', { dependencies: { deep: '*' } }),
        'packages/a': { version: '1.0.0', dependencies: { own: '1.0.0' } },
        'packages/a/node_modules/own': sampleEntry('own', '1.0.0', { dependencies: { app: '*' } }),
      },
    )['package-lock.json'],
  );
  const all = [direct('app'), direct('other'), direct('kit'), direct('own', 'packages/a/package.json')];

  it('is found by the very version, and so is what of the project brings it', () => {
    const kit = { name: 'kit', version: '1.0.0' };
    expect(askersOf(lock, kit)).toEqual([{ name: 'app', version: '1.0.0', range: '~1.0.0' }]);
    expect(namesOf(bringers(lock, all, kit))).toEqual(['app', 'own']);
    expect(namesOf(bringers(lock, all, { ...kit, version: '2.0.0' }))).toEqual([
      'app',
      'other',
      'kit',
      'own',
    ]);
  });

  it('is asked of the registry where pnpm wrote the lockfile, which holds no ranges', async () => {
    const files = sampleLocked('pnpm', [
      { name: 'app', version: '1.0.0', range: '1.0.0', needs: { kit: '^1.0.0' } },
      { name: 'kit', version: '1.0.0' },
    ]);
    const pnpm = parseLockfileOf('pnpm', files['pnpm-lock.yaml'] ?? '', new Map());
    const kit = { name: 'kit', version: '1.0.0' };
    const registry = new MemoryRegistry();
    const nobody = [{ name: 'app', version: '1.0.0', range: undefined }];
    expect(await findAskers(registry, pnpm, kit)).toEqual(nobody);
    registry.add('app', '1.0.0', { dependencies: { kit: '^1.0.0' }, peerDependencies: { kit: '<1.5.0' } });
    expect(await findAskers(registry, pnpm, kit)).toEqual([
      { name: 'app', version: '1.0.0', range: '^1.0.0' },
      { name: 'app', version: '1.0.0', range: '<1.5.0' },
    ]);
    registry.down = true;
    expect(await findAskers(registry, pnpm, kit)).toMatchObject({ code: 'registry.unreachable' });
  });
});
