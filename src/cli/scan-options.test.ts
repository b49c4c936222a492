import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanOf } from './scan-options.ts';

describe('scan --profile', () => {
  it('runs the agent for performance alone, on what the file holds', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'autoland-profile-'));
    try {
      const profile = join(dir, 'a.cpuprofile');
      writeFileSync(profile, '{}');
      expect(await scanOf({ profile })).toEqual({ agent: 'performance', profile: '{}' });
      expect(await scanOf({ agent: 'docs' })).toEqual({ agent: 'docs' });
      expect(await scanOf({})).toEqual({});
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('is refused with another agent, and where there is no file', async () => {
    await expect(scanOf({ agent: 'docs', profile: 'x' })).rejects.toThrow('found --agent docs');
    await expect(scanOf({ profile: '/nowhere/x' })).rejects.toMatchObject({ code: 'usage' });
    await expect(scanOf({ profile: '/dev/zero' })).rejects.toThrow('it is no plain file');
  });
});

describe('scan --recordings', () => {
  it('is for the agent for crashes, alone or among all', async () => {
    expect(await scanOf({ recordings: 'x' })).toEqual({ recordings: 'x' });
    const own = { agent: 'crash-fix', recordings: 'x' } as const;
    expect(await scanOf(own)).toEqual(own);
    await expect(scanOf({ agent: 'docs', recordings: 'x' })).rejects.toThrow('found --agent docs');
    await expect(scanOf({ profile: 'p', recordings: 'x' })).rejects.toThrow('found --profile');
  });
});
