import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findPrograms, versionOf } from './programs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-programs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const place = (directory: string, name: string, mode: number) => {
  mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, directory, name), '#!/bin/sh');
  chmodSync(join(root, directory, name), mode);
};

it('finds each program in the first directory that has it', () => {
  const names = ['bwrap', 'socat', 'bash', 'setpriv', 'unshare'];
  for (const name of names) place('first', name, 0o755);
  place('second', 'bwrap', 0o755);
  expect(findPrograms([join(root, 'first'), join(root, 'second')])).toEqual(
    names.map((name) => ({ check: name, ok: true, detail: join(root, 'first', name) })),
  );
});

it('says which one is missing, and how to get it: a directory is none, nor what cannot be run', () => {
  mkdirSync(join(root, 'bwrap'));
  place('.', 'socat', 0o644);
  const [bwrap, socat] = findPrograms([root, join(root, 'no-such')]);
  for (const found of [bwrap, socat])
    expect(found).toMatchObject({ ok: false, detail: expect.stringMatching(/^not found: apt-get install/) });
});

it('tells the version of its programs alone', async () => {
  expect(await versionOf('bash')).toMatch(/^\d+\.\d+/);
  expect(await versionOf('cat')).toBeUndefined();
});
