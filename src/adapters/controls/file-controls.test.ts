import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileControls, stopFileThere } from './file-controls.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-controls-'));
});
afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true, force: true });
});

describe('FileControls', () => {
  it('runs, stops with the first reason given, resumes', async () => {
    const controls = new FileControls(dir, () => new Date('2026-01-02T03:04:05Z'));
    expect(await controls.stopped()).toBeUndefined();
    await controls.stop('alice', 'incident');
    await controls.stop('bob', 'other');
    const stopped = { by: 'alice', at: '2026-01-02T03:04:05.000Z', reason: 'incident' };
    expect(await new FileControls(dir).stopped()).toEqual(stopped);
    await controls.resume('alice');
    await controls.resume('alice');
    expect(await controls.stopped()).toBeUndefined();
  });

  it.each(['', '{', 'null', '[]', '{"by":1}'])('takes a garbled file (%j) for a stop', async (content) => {
    writeFileSync(join(dir, 'STOP'), content);
    expect(await new FileControls(dir).stopped()).toMatchObject({ by: 'unknown' });
    expect(stopFileThere(join(dir, 'STOP'))).toBe(true);
  });

  it('takes what it cannot read for a stop', async () => {
    mkdirSync(join(dir, 'STOP'));
    expect(await new FileControls(dir).stopped()).toMatchObject({ by: 'unknown' });
    await new FileControls(dir).resume('alice');
    writeFileSync(join(dir, 'file'), '');
    expect(stopFileThere(join(dir, 'file', 'STOP'))).toBe(true);
  });
});
