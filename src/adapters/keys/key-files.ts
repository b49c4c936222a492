import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { type Role, roles } from '../../ports/attestor.ts';

export const privatePath = (dir: string, role: Role) => join(dir, `${role}.pem`);
export const publicPath = (dir: string, role: Role) => join(dir, 'public', `${role}.pem`);

/** Makes all keys beside `dir` and moves them into place at once: there is no moment with half a key ring. */
export async function createKeys(dir: string): Promise<void> {
  const target = resolve(dir);
  await mkdir(dirname(target), { recursive: true });
  // mkdtemp makes the directory 0700.
  const made = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    await mkdir(join(made, 'public'), { mode: 0o755 });
    for (const role of roles) await writePair(made, role);
    await syncDirectory(join(made, 'public'));
    await syncDirectory(made);
    await rename(made, target);
    await syncDirectory(dirname(target));
  } catch (thrown) {
    await rm(made, { recursive: true, force: true });
    if (!isTaken(thrown)) throw thrown;
    // Another process was first: its keys count.
  }
}

export async function readPrivateKey(path: string): Promise<KeyObject> {
  const text = await readOwnersOnly(path);
  return asEd25519(path, () => createPrivateKey(text));
}

/** Rejects with `key.missing`, or `key.unsafe` where somebody else could read or write it. */
export async function readOwnersOnly(path: string): Promise<string> {
  const { text, mode, uid } = await readRegular(path);
  if ((mode & 0o077) !== 0) {
    throw new AutolandError(
      'key.unsafe',
      `expected ${path} to be readable by its owner alone, found mode ${octal(mode)}`,
      {
        mend: `chmod 600 ${path}; whoever could read it has the key, so if others could, make new keys`,
      },
    );
  }
  if (uid !== process.geteuid?.()) {
    throw new AutolandError('key.unsafe', `expected ${path} to belong to this user, found owner ${uid}`, {
      mend: `run as the owner, or chown it`,
    });
  }
  return text;
}

export async function readPublicKey(path: string): Promise<KeyObject> {
  const { text } = await readRegular(path);
  if (text.includes('PRIVATE KEY')) {
    throw new AutolandError('key.unsafe', `expected a public key in ${path}, found a private one`, {
      mend: 'remove it and make new keys',
    });
  }
  return asEd25519(path, () => createPublicKey(text));
}

export function isAbsent(thrown: unknown): boolean {
  return errno(thrown) === 'ENOENT';
}

export const octal = (mode: number) => `0${(mode & 0o777).toString(8)}`;

async function writePair(dir: string, role: Role): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeDurably(privatePath(dir, role), privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  await writeDurably(publicPath(dir, role), publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
}

async function writeDurably(path: string, text: string | Buffer, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const dir = await open(path, 'r');
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}

/** Checks and reads one and the same open file, so that it cannot be swapped in between. */
async function readRegular(path: string): Promise<{ text: string; mode: number; uid: number }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (thrown) => {
      throw unreadable(path, thrown);
    },
  );
  try {
    const { mode, uid, size } = await file.stat();
    if (size > 65_536) throw unreadable(path, new Error('it is no key file'));
    return { text: await file.readFile('utf8'), mode, uid };
  } finally {
    await file.close();
  }
}

function unreadable(path: string, thrown: unknown): AutolandError {
  if (errno(thrown) === 'ELOOP') {
    return new AutolandError('key.unsafe', `expected a key file at ${path}, found a symbolic link`, {
      mend: 'put the key itself there',
    });
  }
  return new AutolandError('key.missing', `cannot read the key ${path}: ${messageOf(thrown)}`, {
    mend: 'restore the directory of the keys from a backup: other keys verify nothing that was signed before, and open no recording',
    cause: thrown,
  });
}

function asEd25519(path: string, read: () => KeyObject): KeyObject {
  let found: string;
  try {
    const key = read();
    if (key.asymmetricKeyType === 'ed25519') return key;
    found = `a key of type ${key.asymmetricKeyType}`;
  } catch (thrown) {
    found = messageOf(thrown);
  }
  throw new AutolandError('key.missing', `expected an Ed25519 key in ${path}, found ${found}`, {
    mend: 'restore it from a backup',
  });
}

const isTaken = (thrown: unknown) => ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errno(thrown));

function errno(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}
