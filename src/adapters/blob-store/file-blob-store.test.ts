import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { compactDecrypt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BlobOwner, Commitment } from '../../domain/blob.ts';
import { blobStoreContract } from '../../testing/contracts/blob-store.ts';
import { MemoryBlobs } from '../../testing/memory-blobs.ts';
import { ramDirectory } from '../../testing/ram-directory.ts';
import { WrappingKeys } from '../keys/wrapping-keys.ts';
import { FileBlobStore } from './file-blob-store.ts';

const owner: BlobOwner = 'chg_0123456789ab';
const secret = Buffer.from('the customer is called Zebulon');

let top: string;
let dir: string;
let keyFile: string;
let store: FileBlobStore;

async function begin(): Promise<void> {
  top = await mkdtemp(join(tmpdir(), 'autoland-blobs-'));
  dir = join(top, 'blobs');
  keyFile = join(top, 'keys', 'wrapping.jwks');
  await mkdir(join(top, 'keys'), { mode: 0o700 });
  store = newStore();
}
const newStore = () => new FileBlobStore(dir, new WrappingKeys(keyFile));
const fileOf = (commitment: Commitment) => join(dir, owner, `${commitment.slice('hmac-sha256:'.length)}.jwe`);
const keyOfOwner = () => join(dir, owner, 'key.jwe');
const jwks = async () =>
  JSON.parse(await readFile(keyFile, 'utf8')) as { keys: { kid: string; k: string }[] };

describe('FileBlobStore', () => {
  blobStoreContract(async () => {
    await begin();
    return {
      store,
      mostBytes: 32 * 1024 * 1024,
      dispose: () => rm(top, { recursive: true, force: true }),
    };
  });
});

describe('MemoryBlobs', () => {
  blobStoreContract(async () => ({
    store: new MemoryBlobs(1 << 20),
    mostBytes: 1 << 20,
    dispose: async () => {},
  }));
});

describe('what lies on the disk', () => {
  beforeEach(begin);
  afterEach(() => rm(top, { recursive: true, force: true }));

  it('is encrypted, private, and leaves no scraps', async () => {
    const commitment = await store.put(owner, secret);
    const names = await readdir(top, { recursive: true });
    for (const name of names) {
      const path = join(top, name);
      const { mode } = await stat(path);
      if (name !== 'blobs' && name !== 'keys') expect(mode & 0o077, name).toBe(0);
      const text = (await stat(path)).isFile() ? await readFile(path) : Buffer.of();
      for (const form of [
        secret.toString(),
        secret.toString('base64url').slice(0, 20),
        secret.toString('hex'),
      ])
        expect(text.includes(form), name).toBe(false);
    }
    expect(names.filter((name) => name.includes('.new-') || name.endsWith('.tmp'))).toEqual([]);
    expect(await newStore().get(owner, commitment)).toEqual(secret);
  });

  it('opens with a library that is not ours: keys and blobs are JWEs', async () => {
    const commitment = await store.put(owner, secret);
    const [machine] = (await jwks()).keys;
    const ownerKey = await compactDecrypt(
      await readFile(keyOfOwner(), 'utf8'),
      Buffer.from(machine?.k ?? '', 'base64url'),
    );
    expect(ownerKey.protectedHeader).toEqual({ alg: 'A256KW', enc: 'A256GCM', kid: machine?.kid });
    const { plaintext } = await compactDecrypt(
      await readFile(fileOf(commitment), 'utf8'),
      ownerKey.plaintext,
    );
    expect(Buffer.from(plaintext.subarray(32))).toEqual(secret);
    const name = createHmac('sha256', plaintext.subarray(0, 32)).update(plaintext.subarray(32)).digest('hex');
    expect(commitment).toBe(`hmac-sha256:${name}`);
  });

  it('is refused when any character of it is another one', async () => {
    const commitment = await store.put(owner, secret);
    const whole = await readFile(fileOf(commitment), 'latin1');
    const alter = fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(...'AZaz09-_.!\n'));
    await fc.assert(
      fc.asyncProperty(alter, async ([at, by]) => {
        fc.pre(whole[at] !== by);
        await writeFile(fileOf(commitment), `${whole.slice(0, at)}${by}${whole.slice(at + 1)}`, 'latin1');
        const read = store.get(owner, commitment);
        // The last character of a part may hold bits that say nothing: then it is the same blob in other letters.
        await read.then(
          (content) => expect(content).toEqual(secret),
          (thrown) => expect(thrown).toMatchObject({ code: 'blob.corrupt' }),
        );
        await writeFile(fileOf(commitment), whole, 'latin1');
      }),
      { numRuns: 150 },
    );
    expect(await store.get(owner, commitment)).toEqual(secret);
  });

  it('is refused when it is cut, a link, or another blob', async () => {
    const [one, other] = [await store.put(owner, secret), await store.put(owner, Buffer.from('other'))];
    const path = fileOf(one);
    const whole = await readFile(path);
    for (const length of [0, 1, 60, whole.length - 1]) {
      await writeFile(path, whole);
      await truncate(path, length);
      await expect(store.get(owner, one), String(length)).rejects.toMatchObject({ code: 'blob.corrupt' });
    }
    await cp(fileOf(other), path);
    await expect(store.get(owner, one)).rejects.toMatchObject({ code: 'blob.corrupt' });
    await rm(path);
    await symlink(fileOf(other), path);
    await expect(store.get(owner, one)).rejects.toMatchObject({ code: 'blob.corrupt' });
  });

  it('does not open with another key, and no key is made in the place of a lost one', async () => {
    const commitment = await store.put(owner, secret);
    await rename(keyFile, `${keyFile}.kept`);
    await expect(store.get(owner, commitment)).rejects.toMatchObject({ code: 'key.missing' });
    for (const each of [owner, 'chg_000000000001'] as const)
      await expect(store.put(each, secret)).rejects.toMatchObject({
        code: 'key.missing',
        mend: expect.stringContaining('move the directory blobs away'),
      });
    await new WrappingKeys(keyFile).make();
    await expect(store.get(owner, commitment)).rejects.toMatchObject({
      code: 'key.missing',
      mend: expect.stringContaining('backup'),
    });
    // The same name for another key.
    const [{ kid = '' } = {}] = (JSON.parse(await readFile(`${keyFile}.kept`, 'utf8')) as typeof keys).keys;
    const keys = await jwks();
    await writeFile(keyFile, JSON.stringify({ keys: keys.keys.map((key) => ({ ...key, kid })) }));
    await expect(store.get(owner, commitment)).rejects.toMatchObject({ code: 'key.missing' });
    await rename(`${keyFile}.kept`, keyFile);
    expect(await store.get(owner, commitment)).toEqual(secret);
  });

  it('is not trusted where others can read the keys', async () => {
    const commitment = await store.put(owner, secret);
    await chmod(keyFile, 0o640);
    await expect(store.get(owner, commitment)).rejects.toMatchObject({ code: 'key.unsafe' });
    await expect(store.put(owner, secret)).rejects.toMatchObject({ code: 'key.unsafe' });
  });

  it('refuses owners and names that would lead elsewhere', async () => {
    for (const name of ['..', 'chg_../x', 'chg_', 'keys', 'chg_a/b', 'CHG_a'] as BlobOwner[]) {
      await expect(store.put(name, secret), name).rejects.toThrow('no owner');
      await expect(store.erase(name), name).rejects.toThrow('no owner');
    }
    await expect(store.get(owner, '../../keys/wrapping' as Commitment)).rejects.toThrow('no commitment');
  });
});

describe('an erasure', () => {
  beforeEach(begin);
  afterEach(() => rm(top, { recursive: true, force: true }));

  it('holds against who kept the files, or saves them from the disk', async () => {
    const commitment = await store.put(owner, secret);
    const kept = await readFile(fileOf(commitment));
    await store.erase(owner);
    await mkdir(join(dir, owner));
    await writeFile(fileOf(commitment), kept);
    expect(await store.get(owner, commitment)).toBeUndefined();
    // A new key of the same owner is another key.
    await store.put(owner, Buffer.from('later'));
    await expect(store.get(owner, commitment)).rejects.toMatchObject({ code: 'blob.corrupt' });
  });

  it('overwrites what it removes', async () => {
    const commitment = await store.put(owner, secret);
    // Another name for the same bytes of the disk.
    const [blob, key] = [join(top, 'blob'), join(top, 'key')];
    await link(fileOf(commitment), blob);
    await link(keyOfOwner(), key);
    await store.erase(owner);
    for (const path of [blob, key])
      expect(
        (await readFile(path)).every((byte) => byte === 0),
        path,
      ).toBe(true);
  });

  it('that was cut off is ended by the next one', async () => {
    const commitment = await store.put(owner, secret);
    await rm(keyOfOwner());
    expect(await store.get(owner, commitment)).toBeUndefined();
    await store.erase(owner);
    expect(await store.owners()).toEqual([]);
  });
});

describe('rotating the machine’s key', () => {
  beforeEach(begin);
  afterEach(() => rm(top, { recursive: true, force: true }));

  it('keeps every blob readable, and makes a key that was copied before useless', async () => {
    const commitment = await store.put(owner, secret);
    const other: BlobOwner = 'task_one';
    const second = await store.put(other, secret);
    const [key, blob] = [await readFile(keyOfOwner()), await readFile(fileOf(commitment))];
    const before = await jwks();
    expect(await store.rotate()).toMatchObject({ owners: 2 });
    const after = await jwks();
    expect(after.keys).toHaveLength(1);
    expect(after.keys[0]?.k).not.toBe(before.keys[0]?.k);
    expect(await store.get(owner, commitment)).toEqual(secret);
    expect(await store.get(other, second)).toEqual(secret);
    await store.erase(owner);
    await mkdir(join(dir, owner));
    await writeFile(keyOfOwner(), key);
    await writeFile(fileOf(commitment), blob);
    await expect(store.get(owner, commitment)).rejects.toMatchObject({ code: 'key.missing' });
    await expect(store.put(owner, secret)).rejects.toMatchObject({ code: 'key.missing' });
    expect(await readdir(join(top, 'keys'))).toEqual(['wrapping.jwks']);
  });

  it('that was cut off leaves everything readable, and is ended by the next one', async () => {
    const commitment = await store.put(owner, secret);
    const killed = new WrappingKeys(keyFile);
    await killed.add();
    await writeFile(join(top, 'keys', 'wrapping.jwks.1-a.tmp'), 'a copy', { mode: 0o600 });
    const later = await store.put('chg_000000000002', secret);
    expect(await store.get(owner, commitment)).toEqual(secret);
    await store.rotate();
    expect((await jwks()).keys).toHaveLength(1);
    expect(await readdir(join(top, 'keys'))).toEqual(['wrapping.jwks']);
    expect(await store.get(owner, commitment)).toEqual(secret);
    expect(await store.get('chg_000000000002', later)).toEqual(secret);
  });
});

describe('collecting', () => {
  beforeEach(begin);
  afterEach(() => rm(top, { recursive: true, force: true }));

  it('removes what nobody names once it is old, and nothing else', async () => {
    const [named, stray] = [await store.put(owner, secret), await store.put(owner, secret)];
    await writeFile(join(dir, owner, '.new-1-abc'), 'half');
    const isNamed = (_: BlobOwner, commitment: Commitment) => commitment === named;
    const [past, future] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
    expect(await store.collect({ isNamed, before: past, dryRun: false })).toEqual([]);
    const planned = await store.collect({ isNamed, before: future, dryRun: true });
    expect(new Set(planned)).toEqual(new Set([join(dir, owner, '.new-1-abc'), fileOf(stray)]));
    expect(await store.get(owner, stray)).toEqual(secret);
    await store.collect({ isNamed, before: future, dryRun: false });
    expect(await store.list(owner)).toEqual([named]);
    expect(await store.get(owner, named)).toEqual(secret);
  });
});

const writer = `
  import { FileBlobStore } from ${JSON.stringify(join(import.meta.dirname, 'file-blob-store.ts'))};
  import { WrappingKeys } from ${JSON.stringify(join(import.meta.dirname, '../keys/wrapping-keys.ts'))};
  const [root, least, most] = process.argv.slice(1);
  const store = new FileBlobStore(root + '/blobs', new WrappingKeys(root + '/keys/wrapping.jwks'));
  for (let n = 0; n < Number(most); n += 1) {
    const content = Buffer.alloc(Number(least) + n * 997, n % 251);
    try {
      process.stdout.write((await store.put('chg_0123456789ab', content)) + ' ' + content.length + ' ' + (n % 251) + '\\n');
    } catch (thrown) {
      process.stdout.write('refused ' + thrown.code + '\\n');
      break;
    }
  }`;

const said = (output: string) =>
  output.split('\n').flatMap((line): { commitment: Commitment; content: Buffer }[] => {
    const [name, length, fill] = line.split(' ');
    if (fill === undefined || name?.startsWith('hmac-sha256:') !== true) return [];
    return [{ commitment: name as Commitment, content: Buffer.alloc(Number(length), Number(fill)) }];
  });

describe('kill -9 in mid-write', () => {
  beforeAll(async () => {
    top = ramDirectory('autoland-blobs-');
    dir = join(top, 'blobs');
    keyFile = join(top, 'keys', 'wrapping.jwks');
    await mkdir(join(top, 'keys'), { mode: 0o700 });
    store = newStore();
  });
  afterAll(() => rm(top, { recursive: true, force: true }));

  it('loses nothing that was said to be kept, and leaves no half blob', async () => {
    const all: ReturnType<typeof said>[number][] = [];
    for (const afterMs of [0, 3, 11]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer, top, '200000', '100000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const closed = once(child, 'close');
      while (output.split('\n').length < 5 && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 2));
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await closed;
      all.push(...said(output.slice(0, output.lastIndexOf('\n') + 1)));
    }
    expect(all.length).toBeGreaterThan(10);
    for (const { commitment, content } of all)
      expect((await store.get(owner, commitment))?.equals(content)).toBe(true);
    // Whatever bears the name of a blob is one.
    for (const commitment of await store.list(owner))
      expect(await store.get(owner, commitment)).toBeDefined();
  });
});

describe('a place that cannot be written', () => {
  beforeEach(begin);
  afterEach(() => rm(top, { recursive: true, force: true }));

  it('is told: a file where the directory should be', async () => {
    await writeFile(dir, '');
    await expect(store.put(owner, secret)).rejects.toMatchObject({ code: 'state.unusable' });
  });

  /** A child in a mount namespace of its own, which sees a small disk, or one that is read-only, at `top/blobs`. */
  async function within(mount: readonly string[]): Promise<string> {
    await mkdir(dir, { recursive: true });
    const args = [
      '--dev-bind',
      '/',
      '/',
      ...mount,
      process.execPath,
      '--input-type=module',
      '-e',
      writer,
      top,
    ];
    const child = spawn('bwrap', [...args, '200000', '1000'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return output;
  }

  it('is told: a full disk', async () => {
    const output = await within(['--size', '1000000', '--tmpfs', dir]);
    expect(said(output).length).toBeGreaterThan(0);
    expect(output).toContain('refused journal.full-disk');
  });

  it('is told: a read-only disk', async () => {
    const output = await within(['--ro-bind', dir, dir]);
    expect(output).toBe('refused state.unusable\n');
  });
});
