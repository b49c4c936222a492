import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtOutput, readOutputFile } from './read-output-file.ts';

describe('readOutputFile', () => {
  let root: string;
  let output: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'autoland-output-'));
    output = join(root, 'output');
    await mkdir(join(output, 'sub'), { recursive: true });
    await writeFile(join(root, 'secret'), 'host secret');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('reads a regular file, at the top and below', async () => {
    await writeFile(join(output, 'a'), 'top');
    await writeFile(join(output, 'sub', 'b'), 'below');
    expect((await readOutputFile(output, 'a'))?.toString()).toBe('top');
    expect((await readOutputFile(output, 'sub/b'))?.toString()).toBe('below');
  });

  it('says undefined for an absent file', async () => {
    expect(await readOutputFile(output, 'none')).toBeUndefined();
    expect(await readOutputFile(output, 'no/such/file')).toBeUndefined();
  });

  it('follows no link: file, directory or dangling', async () => {
    await symlink('../secret', join(output, 'file'));
    await symlink('..', join(output, 'directory'));
    await symlink('/nowhere', join(output, 'dangling'));
    for (const path of ['file', 'directory/secret', 'dangling']) {
      await expect(readOutputFile(output, path)).rejects.toMatchObject({ code: 'sandbox.failed' });
    }
  });

  it('looks at what is there without going through it', async () => {
    execFileSync('mkfifo', [join(output, 'pipe')]);
    await symlink('../secret', join(output, 'link'));
    await symlink('..', join(output, 'up'));
    await writeFile(join(output, 'run'), 'x', { mode: 0o755 });
    await writeFile(join(output, 'large'), 'x'.repeat(11));
    const look = (path: string) => lookAtOutput(output, path, 10);
    expect(await look('link')).toEqual({ kind: 'link', target: '../secret' });
    expect(await look('run')).toEqual({ kind: 'file', bytes: Buffer.from('x'), isExecutable: true });
    expect(await look('large')).toMatchObject({ kind: 'large' });
    expect(await look('pipe')).toMatchObject({ kind: 'other' });
    expect(await look('none')).toBeUndefined();
    await expect(look('up/secret')).rejects.toMatchObject({ code: 'sandbox.failed' });
    await expect(look('../secret')).rejects.toMatchObject({ code: 'sandbox.failed' });
  });

  it('never waits for a named pipe, and refuses directories and large files', async () => {
    execFileSync('mkfifo', [join(output, 'pipe')]);
    await writeFile(join(output, 'large'), 'x'.repeat(11));
    for (const path of ['pipe', 'sub', 'large']) {
      await expect(readOutputFile(output, path, 10)).rejects.toMatchObject({ code: 'sandbox.failed' });
    }
    expect((await readOutputFile(output, 'large', 11))?.length).toBe(11);
  });

  it('never gives anything from outside of the directory, whatever the path', async () => {
    await symlink('..', join(output, 'up'));
    const part = fc.constantFrom('..', '.', '', 'up', 'sub', 'secret', 'output');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const read = await readOutputFile(output, parts.join('/')).catch(() => undefined);
        expect(read).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});
