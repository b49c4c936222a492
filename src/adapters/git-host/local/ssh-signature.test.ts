import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitText, isCommitSignedBy, splitSignature, withSignature } from './commit-object.ts';
import { openGitHost } from './local-git-host.ts';
import { allowedSignersLine, armoredSignature, signedData, verifyArmoredSignature } from './ssh-signature.ts';
import { bot, TestKeyRing, TestRepository } from './test-repository.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519').publicKey;
const signedBy = (message: Uint8Array) =>
  armoredSignature(publicKey, sign(null, signedData(message, 'git'), privateKey), 'git');

const hasSshKeygen = (() => {
  try {
    execFileSync('ssh-keygen', ['-Y', 'nothing'], { stdio: 'ignore' });
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT');
  }
})();

describe('an SSH signature', () => {
  it('holds for its message, key and namespace alone, whatever the message', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (message, position) => {
        const armored = signedBy(message);
        expect(verifyArmoredSignature(publicKey, message, 'git', armored)).toBe(true);
        expect(verifyArmoredSignature(other, message, 'git', armored)).toBe(false);
        expect(verifyArmoredSignature(publicKey, message, 'file', armored)).toBe(false);
        expect(
          verifyArmoredSignature(publicKey, Buffer.concat([message, Buffer.from('x')]), 'git', armored),
        ).toBe(false);
        const at = position % armored.length;
        const altered = `${armored.slice(0, at)}${armored[at] === 'A' ? 'B' : 'A'}${armored.slice(at + 1)}`;
        expect(verifyArmoredSignature(publicKey, message, 'git', altered)).toBe(false);
        expect(verifyArmoredSignature(publicKey, message, 'git', armored.slice(0, at))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a commit object', () => {
  const input = { tree: '1'.repeat(40), parents: ['2'.repeat(40)], author: bot, at: new Date(0) };

  it('gives back what was signed, whatever its message says', () => {
    const forged = fc.constant('gpgsig -----BEGIN SSH SIGNATURE-----\n x\n\ngpgsig y');
    fc.assert(
      fc.property(fc.oneof(fc.string(), forged), fc.constantFrom('sha1', 'sha256'), (message, format) => {
        const text = commitText({ ...input, message, trailers: [['A', 'b']] });
        expect(splitSignature(text)).toBeUndefined();
        const armored = signedBy(Buffer.from(text));
        const signed = withSignature(text, armored, format);
        expect(splitSignature(signed)).toEqual({ signed: text, armored });
        expect(isCommitSignedBy(publicKey, signed)).toBe(true);
        expect(isCommitSignedBy(other, signed)).toBe(false);
        expect(isCommitSignedBy(publicKey, signed.replace('tree 1', 'tree 2'))).toBe(false);
        expect(isCommitSignedBy(publicKey, `${signed}x`)).toBe(false);
        expect(isCommitSignedBy(publicKey, text)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what would forge a header or a trailer', () => {
    const make = (more: object) => () => commitText({ ...input, message: 'm', trailers: [], ...more });
    expect(make({ trailers: [['A', 'b\nC: d']] })).toThrow(expect.objectContaining({ code: 'git.failed' }));
    expect(make({ trailers: [['A: b\nC', 'd']] })).toThrow(expect.objectContaining({ code: 'git.failed' }));
    expect(make({ author: { name: 'a\nb', email: 'c' } })).toThrow(
      expect.objectContaining({ code: 'git.failed' }),
    );
    expect(make({ author: { name: 'a> <b', email: 'c' } })).toThrow(
      expect.objectContaining({ code: 'git.failed' }),
    );
  });
});

describe('what the host lands', () => {
  const land = async () => {
    const repository = new TestRepository();
    const base = repository.seed([{ path: 'a', mode: '100644', content: 'a' }]);
    const host = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
    const tree = repository.git(['rev-parse', `${base}^{tree}`]);
    const trailers = [['Autoland-Change', 'chg_1']] as const;
    const message = 'Land it\n\nAutoland-Change: chg_forged';
    const made = await host.makeCommit({ tree, parents: [base], message, trailers, at: new Date(0) });
    const signers = join(repository.top, 'signers');
    writeFileSync(signers, `${await host.allowedSigners()}\n`);
    await host.close();
    return { repository, made, signers };
  };

  it.skipIf(!hasSshKeygen)('git verify-commit accepts, with that key only (needs ssh-keygen)', async () => {
    const { repository, made, signers } = await land();
    const verify = () =>
      repository.git([
        '-c',
        'gpg.format=ssh',
        '-c',
        `gpg.ssh.allowedSignersFile=${signers}`,
        'verify-commit',
        made,
      ]);
    expect(verify()).toBe('');
    writeFileSync(signers, allowedSignersLine(bot.email, other));
    expect(verify).toThrow();
    repository.remove();
  });

  it('our own verifier accepts, from the allowed-signers line', async () => {
    const { repository, made } = await land();
    const raw = repository.git(['cat-file', 'commit', made]);
    expect(isCommitSignedBy(other, `${raw}\n`)).toBe(false);
    expect(splitSignature(raw)?.armored).toContain('BEGIN SSH SIGNATURE');
    expect(repository.git(['log', '-1', '--format=%an <%ae>|%(trailers:only,unfold)', made])).toBe(
      `${bot.name} <${bot.email}>|Autoland-Change: chg_1`,
    );
    repository.git(['fsck', '--strict', '--no-dangling']);
    repository.remove();
  });

  it('writes the public key as OpenSSH does', () => {
    const line = allowedSignersLine('x@y', createPublicKey(privateKey));
    expect(line).toMatch(/^x@y namespaces="git" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$/);
  });
});
