import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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

  it('says since when a file is there that a person has made', async () => {
    writeFileSync(join(dir, 'STOP'), '');
    const [at, path] = [new Date('2026-01-02T03:04:05Z'), join(dir, 'STOP')];
    utimesSync(path, at, at);
    expect(await new FileControls(dir).stopped()).toEqual({
      by: 'unknown',
      at: at.toISOString(),
      reason: `${path} is there, and empty`,
    });
  });

  it('says that it is not stopped where nothing can be written, and makes no directory to read', async () => {
    const none = join(dir, 'none');
    const controls = new FileControls(none);
    expect(await controls.stopped()).toBeUndefined();
    expect(existsSync(none)).toBe(false);
    await expect(controls.stop('alice', 'incident')).rejects.toMatchObject({
      code: 'state.unusable',
      message: expect.stringContaining('it is NOT stopped') as string,
    });
    await expect(controls.resume('alice')).rejects.toMatchObject({ code: 'state.unusable' });
  });

  it('takes what it cannot read for a stop', async () => {
    mkdirSync(join(dir, 'STOP'));
    expect(await new FileControls(dir).stopped()).toMatchObject({ by: 'unknown' });
    await new FileControls(dir).resume('alice');
    writeFileSync(join(dir, 'file'), '');
    expect(stopFileThere(join(dir, 'file', 'STOP'))).toBe(true);
  });
});
