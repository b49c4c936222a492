import { type Hash, hexOf } from './merkle.ts';
import { type NoteKey, openNote } from './note.ts';

/** What a checkpoint says: the log of this origin has this many entries and this root. */
export type TreeHead = { readonly origin: string; readonly size: number; readonly root: Hash };

export type CheckpointCheck =
  | { readonly kind: 'ok'; readonly head: TreeHead }
  | { readonly kind: 'broken'; readonly expected: string; readonly found: string };

/** The text to be signed. https://c2sp.org/tlog-checkpoint */
export function checkpointText(head: TreeHead): string {
  return `${head.origin}\n${head.size}\n${Buffer.from(head.root).toString('base64')}\n`;
}

/** undefined: not a checkpoint. Extension lines after the third are allowed, and not read. */
export function parseCheckpoint(text: string): TreeHead | undefined {
  if (!text.endsWith('\n')) return undefined;
  const lines = text.slice(0, -1).split('\n');
  const [origin, size, root] = lines;
  if (origin === undefined || size === undefined || root === undefined || lines.includes(''))
    return undefined;
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const bytes = Buffer.from(root, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== root) return undefined;
  return { origin, size: Number(size), root: bytes };
}

/** A checkpoint counts only when the log's own key has signed it under the log's own name, which is its origin. */
export function openCheckpoint(note: string, key: NoteKey): CheckpointCheck {
  const opened = openNote(note, key);
  if (opened.kind !== 'ok') {
    return {
      kind: 'broken',
      expected: `a note signed by ${key.name}`,
      found: `${opened.kind}: ${opened.found}`,
    };
  }
  const head = parseCheckpoint(opened.text);
  if (head === undefined) {
    return {
      kind: 'broken',
      expected: 'origin, size and root on three lines',
      found: JSON.stringify(opened.text),
    };
  }
  if (head.origin !== key.name) {
    return { kind: 'broken', expected: `the log ${key.name}`, found: `the log ${head.origin}` };
  }
  return { kind: 'ok', head };
}

/** `size N root HEX`, for messages. */
export function describeHead(head: Pick<TreeHead, 'size' | 'root'>): string {
  return `size ${head.size} root ${hexOf(head.root)}`;
}
