import { createHash, type KeyObject, verify } from 'node:crypto';

/**
 * Signatures in OpenSSH's SSHSIG format with Ed25519 and SHA-512, as `git verify-commit` and `ssh-keygen -Y verify` read them.
 * Format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig and RFC 8709 (ssh-ed25519 encodings).
 */
const magic = Buffer.from('SSHSIG');
const hashName = 'sha512';
const keyType = 'ssh-ed25519';

function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The public key as OpenSSH encodes it. */
export function sshPublicKey(key: KeyObject): Buffer {
  const { kty, crv, x } = key.export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') throw new TypeError('not an Ed25519 key');
  return Buffer.concat([sshString(keyType), sshString(Buffer.from(x, 'base64url'))]);
}

/** What the key signs. */
export function signedData(message: Uint8Array, namespace: string): Buffer {
  const digest = createHash(hashName).update(message).digest();
  return Buffer.concat([magic, sshString(namespace), sshString(''), sshString(hashName), sshString(digest)]);
}

export function armoredSignature(key: KeyObject, signature: Uint8Array, namespace: string): string {
  const version = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([
    magic,
    version,
    sshString(sshPublicKey(key)),
    sshString(namespace),
    sshString(''),
    sshString(hashName),
    sshString(Buffer.concat([sshString(keyType), sshString(signature)])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----'].join('\n');
}

/**
 * True when `armored` is `key`'s signature over `message` in `namespace`.
 * Everything but the 64 bytes of signature is rebuilt and compared, so there is one valid encoding and nothing to parse wrongly.
 */
export function verifyArmoredSignature(
  key: KeyObject,
  message: Uint8Array,
  namespace: string,
  armored: string,
): boolean {
  const body = armored.trim().split('\n').slice(1, -1).join('');
  const signature = Buffer.from(body, 'base64').subarray(-64);
  if (signature.length !== 64 || armoredSignature(key, signature, namespace) !== armored.trim()) return false;
  return verify(null, signedData(message, namespace), key, signature);
}

/** One line of an OpenSSH allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS), for `gpg.ssh.allowedSignersFile`. */
export function allowedSignersLine(principal: string, key: KeyObject): string {
  return `${principal} namespaces="git" ${keyType} ${sshPublicKey(key).toString('base64')}`;
}
