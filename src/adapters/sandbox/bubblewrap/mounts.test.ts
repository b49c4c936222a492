import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { prepareMounts } from './mounts.ts';

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
