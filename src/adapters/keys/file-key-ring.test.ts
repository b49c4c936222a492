import { verify } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roles } from '../../ports/attestor.ts';
import { FileKeyRing, PublicKeyRing } from './file-key-ring.ts';

let top: string;
let dir: string;
const bytes = Buffer.from('to be signed');

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'autoland-keys-'));
  dir = join(top, 'state', 'keys');
});
afterEach(() => rm(top, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('FileKeyRing', () => {
  it('makes five keys that only their owner can read, and opens them again', async () => {
    const made = await FileKeyRing.open(dir, { create: true });
    const again = await FileKeyRing.open(dir, { create: false });
    expect(await modeOf(dir)).toBe(0o700);
    for (const role of roles) {
      expect(await modeOf(join(dir, `${role}.pem`))).toBe(0o600);
      expect(await modeOf(join(dir, 'public', `${role}.pem`))).toBe(0o644);
      const signature = await made.sign(role, bytes);
      expect(verify(null, bytes, await again.publicKey(role), signature)).toBe(true);
      expect(verify(null, Buffer.from('other'), await again.publicKey(role), signature)).toBe(false);
    }
    const names = await Promise.all(
      roles.map(async (role) => (await made.publicKey(role)).export({ format: 'jwk' }).x),
    );
    expect(new Set(names).size).toBe(roles.length);
  });

  it('lets many openers at once agree on one set of keys and leaves no scraps', async () => {
    const rings = await Promise.all(Array.from({ length: 8 }, () => FileKeyRing.open(dir, { create: true })));
    const keys = await Promise.all(
      rings.map(async (ring) => (await ring.publicKey('gate')).export({ format: 'jwk' }).x),
    );
    expect(new Set(keys).size).toBe(1);
    expect(await readdir(join(top, 'state'))).toEqual(['keys']);
  });

  it('holds only the roles it is asked for', async () => {
    await FileKeyRing.open(dir, { create: true });
    await rm(join(dir, 'gate.pem'));
    const ring = await FileKeyRing.open(dir, { create: false, roles: ['lander'] });
    await expect(ring.sign('lander', bytes)).resolves.toHaveLength(64);
    await expect(ring.sign('gate', bytes)).rejects.toMatchObject({ code: 'key.missing' });
    expect((await ring.publicKey('gate')).asymmetricKeyType).toBe('ed25519');
  });

  it('does not make keys unasked, and never completes a ring that lost one', async () => {
    await expect(FileKeyRing.open(dir, { create: false })).rejects.toMatchObject({ code: 'key.missing' });
    await FileKeyRing.open(dir, { create: true });
    for (const lost of ['gate', 'lander']) {
      await rename(join(dir, `${lost}.pem`), join(top, 'kept.pem'));
      await expect(FileKeyRing.open(dir, { create: true })).rejects.toMatchObject({ code: 'key.missing' });
      await rename(join(top, 'kept.pem'), join(dir, `${lost}.pem`));
    }
    await FileKeyRing.open(dir, { create: false });
  });

  it.each(['gate.pem', '.'])('refuses when others could read %s', async (name) => {
    await FileKeyRing.open(dir, { create: true });
    await chmod(join(dir, name), name === '.' ? 0o750 : 0o640);
    const opening = FileKeyRing.open(dir, { create: false });
    await expect(opening).rejects.toMatchObject({
      code: 'key.unsafe',
      mend: expect.stringContaining('chmod'),
    });
  });

  it('refuses a link, a wrong type, and a public key of another pair', async () => {
    await FileKeyRing.open(dir, { create: true });
    const other = join(top, 'other');
    await FileKeyRing.open(other, { create: true });
    await rename(join(dir, 'gate.pem'), join(top, 'gate.pem'));
    await symlink(join(top, 'gate.pem'), join(dir, 'gate.pem'));
    await expect(FileKeyRing.open(dir, { create: true })).rejects.toMatchObject({ code: 'key.unsafe' });
    await rm(join(dir, 'gate.pem'));
    await writeFile(join(dir, 'gate.pem'), 'nonsense', { mode: 0o600 });
    await expect(FileKeyRing.open(dir, { create: true })).rejects.toMatchObject({ code: 'key.missing' });
    await rename(join(other, 'gate.pem'), join(dir, 'gate.pem'));
    await expect(FileKeyRing.open(dir, { create: true })).rejects.toMatchObject({ code: 'key.unsafe' });
  });

  it('uses an empty directory that is there already', async () => {
    await mkdir(dir, { recursive: true, mode: 0o755 });
    await FileKeyRing.open(dir, { create: true });
    expect(await modeOf(dir)).toBe(0o700);
  });
});

describe('PublicKeyRing', () => {
  it('verifies without holding anything to sign with', async () => {
    const signer = await FileKeyRing.open(dir, { create: true });
    const ring = await PublicKeyRing.open(dir);
    const signature = await signer.sign('deployer', bytes);
    expect(verify(null, bytes, await ring.publicKey('deployer'), signature)).toBe(true);
    await expect(ring.sign('deployer', bytes)).rejects.toMatchObject({ code: 'key.missing' });
  });

  it('refuses a missing key and a private key in its place', async () => {
    await expect(PublicKeyRing.open(dir)).rejects.toMatchObject({ code: 'key.missing' });
    await FileKeyRing.open(dir, { create: true });
    await rename(join(dir, 'gate.pem'), join(dir, 'public', 'gate.pem'));
    await expect(PublicKeyRing.open(dir)).rejects.toMatchObject({ code: 'key.unsafe' });
  });
});
