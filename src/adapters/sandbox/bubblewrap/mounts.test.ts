import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { prepareMounts } from './mounts.ts';

it('looks at everything that is not known', async () => {
  const root = mkdtempSync(join(tmpdir(), 'autoland-mounts-'));
  try {
    chmodSync(root, 0o711);
    mkdirSync(join(root, 'tree', 'known'), { recursive: true });
    for (const name of ['known/file', 'file']) writeFileSync(join(root, 'tree', name), '');
    const mount = { source: join(root, 'tree'), target: '/work', mode: 'write' } as const;
    const known = [{ path: 'known', bytes: 1_000_000 }];
    const { heldBytes } = await prepareMounts([{ ...mount, known }], undefined);
    expect(heldBytes).toBeGreaterThan(999_000);
    expect(heldBytes).toBeLessThan(1_100_000);
    linkSync(join(root, 'tree', 'file'), join(root, 'outside'));
    const refused = prepareMounts([{ ...mount, known }], undefined);
    await expect(refused).rejects.toMatchObject({ code: 'sandbox.failed' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

// Only root can give files away.
it.runIf(process.getuid?.() === 0)(
  'gives each directory by its own owners, and touches none that is given',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'autoland-mounts-'));
    const [identity, mounts] = [
      { uid: 61_001, gid: 61_001 },
      [] as { source: string; target: string; mode: 'write' }[],
    ];
    try {
      chmodSync(root, 0o711);
      const file = (name: string) => join(root, name, 'file');
      for (const name of ['given', 'new', 'odd']) {
        mkdirSync(join(root, name));
        writeFileSync(file(name), '');
        mounts.push({ source: join(root, name), target: `/${name}`, mode: 'write' });
      }
      for (const path of [join(root, 'given'), file('given')]) chownSync(path, 61_001, 61_001);
      chownSync(file('odd'), 61_002, 61_002);
      const before = statSync(file('given')).ctimeMs;
      await setTimeout(20);
      await prepareMounts(mounts, identity);
      for (const name of ['given', 'new', 'odd']) {
        expect(statSync(join(root, name))).toMatchObject(identity);
        expect(statSync(file(name))).toMatchObject(identity);
      }
      expect(statSync(file('given')).ctimeMs).toBe(before);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
);
