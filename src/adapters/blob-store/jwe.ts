import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key that wraps others; `kid` names it. */
export type WrappingKey = { readonly kid: string; readonly key: Buffer };

/** RFC 3394, section 2.2.3.1: the initial value, by which unwrapping sees whether the key is the right one. */
const wrapIv = Buffer.alloc(8, 0xa6);
const parts = /^([\w-]+)\.([\w-]{54})\.([\w-]{16})\.([\w-]*)\.([\w-]{22})$/;

/** A JWE in compact form (RFC 7516): a data key of its own, AES-256-GCM, wrapped by AES-256-KW. */
export function seal({ kid, key }: WrappingKey, plaintext: Uint8Array): string {
  const header = encoded(Buffer.from(JSON.stringify({ alg: 'A256KW', enc: 'A256GCM', kid })));
  const [dataKey, iv] = [randomBytes(32), randomBytes(12)];
  const wrap = createCipheriv('id-aes256-wrap', key, wrapIv);
  const wrapped = Buffer.concat([wrap.update(dataKey), wrap.final()]);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(header, 'ascii'));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  dataKey.fill(0);
  return [header, ...[wrapped, iv, ciphertext, cipher.getAuthTag()].map(encoded)].join('.');
}

/** Which key opens it; undefined: it is no JWE of ours. */
export function kidOf(jwe: string): string | undefined {
  const [, header = ''] = parts.exec(jwe) ?? [];
  try {
    const { alg, enc, kid, ...rest } = JSON.parse(
      Buffer.from(header, 'base64url').toString('utf8'),
    ) as Record<string, unknown>;
    const isOurs = alg === 'A256KW' && enc === 'A256GCM' && Object.keys(rest).length === 0;
    return isOurs && typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}

/** undefined: altered, cut, or sealed with another key. */
export function open({ kid, key }: WrappingKey, jwe: string): Buffer | undefined {
  const [, header = '', ...rest] = parts.exec(jwe) ?? [];
  const [wrapped, iv, ciphertext, tag] = rest.map((part) => Buffer.from(part, 'base64url'));
  if (kidOf(jwe) !== kid || !wrapped || !iv || !ciphertext || !tag) return undefined;
  try {
    const unwrap = createDecipheriv('id-aes256-wrap', key, wrapIv);
    const dataKey = Buffer.concat([unwrap.update(wrapped), unwrap.final()]);
    const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(header, 'ascii'));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    return undefined;
  }
}

function encoded(bytes: Buffer): string {
  return bytes.toString('base64url');
}
