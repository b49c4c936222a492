import { hash, type KeyObject, verify } from 'node:crypto';

const ed25519 = 0x01;

/** More than the 16 that verifiers must accept, few enough that a hostile note costs nothing. */
const maxSignatures = 64;

/** The name and the public key of whoever signs. https://c2sp.org/signed-note */
export type NoteKey = { readonly name: string; readonly publicKey: KeyObject };

export type NoteCheck =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'malformed' | 'unsigned' | 'forged'; readonly found: string };

/** The signed note of a text that ends in a newline, given the key's Ed25519 signature over that text. */
export function encodeNote(text: string, key: NoteKey, signature: Uint8Array): string {
  if (!isText(text))
    throw new TypeError('expected a note text that ends in a newline, without control characters');
  assertName(key.name);
  const blob = Buffer.concat([keyIdOf(key), signature]).toString('base64');
  return `${text}\n— ${key.name} ${blob}\n`;
}

/** Checks the signature of `key`; those of other keys are ignored, as the format demands. */
export function openNote(note: string, key: NoteKey): NoteCheck {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || !isText(note)) {
    return { kind: 'malformed', found: 'no blank line between text and signatures, or control characters' };
  }
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  const signatures = lines.map(parseSignature);
  if (lines.length > maxSignatures || signatures.includes(undefined)) {
    return { kind: 'malformed', found: 'a signature line that is not `— name base64`' };
  }
  const own = signatures.filter((line) => line?.name === key.name && keyIdOf(key).equals(line.keyId));
  if (own.length === 0) return { kind: 'unsigned', found: `signatures of ${namesIn(signatures)}` };
  const genuine = own.every(
    (line) => line !== undefined && verify(null, Buffer.from(text), key.publicKey, line.signature),
  );
  return genuine
    ? { kind: 'ok', text }
    : { kind: 'forged', found: `a signature of ${key.name} that does not match the text` };
}

/** The key as verifiers of other makes take it: `name+hexKeyID+base64(0x01 || key)`. */
export function verifierKey(key: NoteKey): string {
  const encoded = Buffer.concat([Buffer.of(ed25519), rawPublicKey(key.publicKey)]).toString('base64');
  return `${key.name}+${keyIdOf(key).toString('hex')}+${encoded}`;
}

type SignatureLine = { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer };

function parseSignature(line: string): SignatureLine | undefined {
  const [dash, name, encoded, ...rest] = line.split(' ');
  if (dash !== '—' || name === undefined || encoded === undefined || rest.length > 0 || !isName(name))
    return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer accepts loose base64: two spellings of one signature would be two notes.
  if (bytes.toString('base64') !== encoded || bytes.length <= 4) return undefined;
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** SHA-256(name || 0x0A || 0x01 || public key)[:4]. */
function keyIdOf(key: NoteKey): Buffer {
  const head = Buffer.from(`${key.name}\n`);
  const bytes = Buffer.concat([head, Buffer.of(ed25519), rawPublicKey(key.publicKey)]);
  return hash('sha256', bytes, 'buffer').subarray(0, 4);
}

function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`expected an Ed25519 key, found ${key.asymmetricKeyType ?? key.type}`);
  }
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function isText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !/\p{Cc}/u.test(text.replaceAll('\n', ''));
}

function isName(name: string): boolean {
  return name !== '' && !/[\s+]/u.test(name);
}

function assertName(name: string): void {
  if (!isName(name))
    throw new TypeError(`expected a key name without spaces or plus signs, found ${JSON.stringify(name)}`);
}

function namesIn(signatures: readonly (SignatureLine | undefined)[]): string {
  return [...new Set(signatures.map((line) => line?.name))].join(', ');
}
