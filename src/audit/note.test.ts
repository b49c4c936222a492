import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkpointText, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { encodeNote, openNote, verifierKey } from './note.ts';

/** The example of golang.org/x/mod/sumdb/note: signed by an implementation that is not this one. */
const neumann = {
  verifierKey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
};
const raw = Buffer.from(neumann.verifierKey.split('+').at(-1) ?? '', 'base64').subarray(1);
const neumannKey = {
  name: 'PeterNeumann',
  publicKey: createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
  }),
};

const pair = generateKeyPairSync('ed25519');
const key = { name: 'autoland', publicKey: pair.publicKey };
const seal = (text: string): string => encodeNote(text, key, sign(null, Buffer.from(text), pair.privateKey));

describe('signed notes', () => {
  it('accepts a note that another implementation has signed, and names its key alike', () => {
    const note = `${neumann.text}\n${neumann.signature}\n`;
    expect(openNote(note, neumannKey)).toEqual({ kind: 'ok', text: neumann.text });
    expect(verifierKey(neumannKey)).toBe(neumann.verifierKey);
    expect(openNote(note.replace('answer', 'Answer'), neumannKey).kind).toBe('forged');
  });

  it('ignores signatures of other keys, and needs its own', () => {
    const note = seal('text\n');
    expect(openNote(`${note}${neumann.signature}\n`, key).kind).toBe('ok');
    expect(openNote(`text\n\n${neumann.signature}\n`, key).kind).toBe('unsigned');
    const impostor = generateKeyPairSync('ed25519').publicKey;
    expect(openNote(note, { name: 'autoland', publicKey: impostor }).kind).toBe('unsigned');
  });

  it.each([
    ['no blank line', 'text\n— autoland AAAAAAA=\n'],
    ['no final newline', seal('text\n').slice(0, -1)],
    ['a carriage return', seal('text\n').replace('text', 'te\rxt')],
    ['loose base64', seal('text\n').replace(/=*\n$/, '\n')],
    ['a signature line with more words', seal('text\n').replace(/\n$/, ' x\n')],
    ['too many signatures', `text\n\n${`${neumann.signature}\n`.repeat(65)}`],
    ['nothing', ''],
  ])('refuses %s', (_, note) => {
    expect(openNote(note, key).kind).toBe('malformed');
  });

  it('keeps blank lines of the text', () => {
    expect(openNote(seal('a\n\nb\n'), key)).toEqual({ kind: 'ok', text: 'a\n\nb\n' });
  });

  it('refuses to write a note that could not be read', () => {
    expect(() => encodeNote('no newline', key, Buffer.alloc(64))).toThrow(TypeError);
    expect(() => encodeNote('text\n', { ...key, name: 'two words' }, Buffer.alloc(64))).toThrow(TypeError);
  });
});

describe('checkpoints', () => {
  const head = { origin: 'autoland', size: 70_000, root: Buffer.alloc(32, 7) };

  it('read back as they were written', () => {
    expect(parseCheckpoint(checkpointText(head))).toEqual(head);
    expect(openCheckpoint(seal(checkpointText(head)), key)).toEqual({ kind: 'ok', head });
  });

  it('may carry extension lines', () => {
    expect(parseCheckpoint(`${checkpointText(head)}more\n`)).toEqual(head);
  });

  it('of another log are refused, although the key has signed them', () => {
    expect(openCheckpoint(seal(checkpointText({ ...head, origin: 'other' })), key).kind).toBe('broken');
  });

  it.each([
    'autoland\n1\n',
    'autoland\n01\nAAAA\n',
    '\n1\nAAAA\n',
    `autoland\n-1\n${'A'.repeat(43)}=\n`,
    'autoland\n1\nAAAA\n',
  ])('refuses %j', (text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  });
});
