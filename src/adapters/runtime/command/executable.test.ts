import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executableOf, type Grant } from './executable.ts';

let dir: string;
let grant: Grant;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'al-'));
  for (const name of ['allowed', 'elsewhere', 'state']) mkdirSync(join(dir, name), { mode: 0o755 });
  grant = { allowed: [at('allowed')], never: [at('state')] };
  program('allowed/deploy');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (path: string) => join(dir, path);
function program(path: string, mode = 0o755): string {
  writeFileSync(at(path), '#!/bin/sh\n');
  chmodSync(at(path), mode);
  return at(path);
}
const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'command.refused',
    message: expect.stringMatching(message),
    mend: expect.any(String),
  });

describe('executableOf', () => {
  it('takes an absolute path, and a name in an allowed directory', () => {
    const file = at('allowed/deploy');
    expect(executableOf([file, '--fast'], grant)).toEqual({ file, name: file, args: ['--fast'] });
    expect(executableOf(['deploy'], grant)).toEqual({ file, name: file, args: [] });
  });

  it('takes a file that is allowed by itself, and a link that stays inside', () => {
    const lone = program('elsewhere/stop');
    symlinkSync(at('allowed/deploy'), at('allowed/again'));
    const both = { ...grant, allowed: [...grant.allowed, lone] };
    expect(executableOf(['stop'], both).file).toBe(lone);
    expect(executableOf(['again'], both)).toMatchObject({
      file: at('allowed/deploy'),
      name: at('allowed/again'),
    });
  });

  it.each<[string, string[], RegExp]>([
    ['a program elsewhere', ['/bin/sh', '-c', 'true'], /is not among what this machine allows/],
    ['a way out of the directory', ['ALLOWED/../elsewhere/stop'], /is not among what this machine allows/],
    ['a relative path', ['./deploy'], /is not among what this machine allows/],
    ['what is not there', ['ALLOWED/none'], /there is no/],
    ['a name that is not there', ['none'], /there is no none/],
    ['a directory', ['ALLOWED/directory'], /is no file/],
    ['a program in a directory below', ['ALLOWED/directory/deep'], /is not among what this machine allows/],
    ['what is not executable', ['plain'], /is not executable/],
    ['a link out of the directory', ['link'], /leads to .*elsewhere/],
    ['a link to nowhere', ['ALLOWED/dangling'], /cannot be followed/],
    ['what everybody can write to', ['open'], /can be written to by others/],
    [
      'a release as an argument',
      ['deploy', 'STATE/releases/abc/tree/deploy.sh'],
      /where repositories and releases are/,
    ],
    [
      'a release in an option',
      ['deploy', '--with=STATE/releases/abc'],
      /where repositories and releases are/,
    ],
    [
      'a way round to a release',
      ['deploy', 'ELSEWHERE/../state/releases/abc'],
      /where repositories and releases are/,
    ],
    ['a script that everybody can write to', ['deploy', 'ELSEWHERE/script'], /can be written to by others/],
  ])('refuses %s', (_, [first = '', ...rest], message) => {
    mkdirSync(at('allowed/directory'));
    program('allowed/directory/deep');
    program('allowed/plain', 0o644);
    program('allowed/open', 0o757);
    program('elsewhere/stop');
    program('elsewhere/script', 0o666);
    symlinkSync(at('elsewhere/stop'), at('allowed/link'));
    symlinkSync(at('nowhere'), at('allowed/dangling'));
    const real = (word: string) =>
      word
        .replace('ALLOWED', at('allowed'))
        .replace('STATE', at('state'))
        .replace('ELSEWHERE', at('elsewhere'));
    expect(() => executableOf([real(first), ...rest.map(real)], grant)).toThrow(refusal(message));
  });

  it('refuses a program in a directory that everybody can write to', () => {
    chmodSync(at('allowed'), 0o777);
    expect(() => executableOf(['deploy'], grant)).toThrow(refusal(/allowed can be written to by others/));
    // In a sticky one nobody replaces what is another's.
    chmodSync(at('allowed'), 0o1777);
    expect(executableOf(['deploy'], grant).file).toBe(at('allowed/deploy'));
  });

  it.skipIf(process.getuid?.() !== 0)(
    'refuses a program of another user, and one of a foreign group that may write',
    () => {
      chownSync(at('allowed/deploy'), 4242, 0);
      expect(() => executableOf(['deploy'], grant)).toThrow(refusal(/can be written to by others/));
      chownSync(at('allowed/deploy'), 0, 4242);
      expect(executableOf(['deploy'], grant).name).toBe(at('allowed/deploy'));
      chmodSync(at('allowed/deploy'), 0o775);
      expect(() => executableOf(['deploy'], grant)).toThrow(refusal(/can be written to by others/));
    },
  );

  it('refuses what a release brought, although somebody allowed its directory', () => {
    mkdirSync(at('state/releases'));
    program('state/releases/deploy');
    const careless = { ...grant, allowed: [at('state/releases')] };
    expect(() => executableOf(['deploy'], careless)).toThrow(refusal(/where repositories and releases are/));
  });

  it('refuses everything where nothing is allowed, and says how to allow it', () => {
    const none = { allowed: [], never: [] };
    expect(() => executableOf(['deploy'], none)).toThrow(
      expect.objectContaining({
        code: 'command.refused',
        mend: expect.stringContaining('--runtime-commands'),
      }),
    );
  });
});
