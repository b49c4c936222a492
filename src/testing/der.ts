import { type KeyObject, sign } from 'node:crypto';

/** Just enough of DER (ITU-T X.690) to issue certificates in a test. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
export const octets = (bytes: Buffer): Buffer => der(0x04, bytes);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

export function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), octets(value));
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const time = (date: Date) => der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]|^..|\..*/g, '')}Z`));
const named = (name: string) => sequence(der(0x31, sequence(oid('2.5.4.3'), utf8(name))));

export type CertificateWish = {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly from: Date;
  readonly to: Date;
  readonly extensions: readonly Buffer[];
};

/** What is to be signed: RFC 5280, 4.1. */
export function tbsCertificate(wish: CertificateWish): Buffer {
  return sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    named(wish.issuer),
    sequence(time(wish.from), time(wish.to)),
    named(wish.subject),
    wish.key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...wish.extensions)),
  );
}

export function certificate(tbs: Buffer, issuerKey: KeyObject): Buffer {
  return sequence(tbs, ecdsaWithSha256, der(0x03, Buffer.from([0]), sign('sha256', tbs, issuerKey)));
}
