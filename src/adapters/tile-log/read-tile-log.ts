import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCheckpoint } from '../../audit/checkpoint.ts';
import { type NoteKey, openNote } from '../../audit/note.ts';
import {
  decodeBundle,
  encodeBundle,
  type TileAddress,
  tilePath,
  tilesOf,
  tileWidth,
} from '../../audit/tiles.ts';
import type { LogFiles } from '../../audit/verification.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { codeOf } from '../whole-file.ts';

/** Files read at one time. */
const batch = 64;

/**
 * Gathers what verifyLog needs from a published log. Nothing is judged here: what is missing is left out. The size is
 * taken from the checkpoint only when `key` has signed it, so that a forged one cannot make this read for ever.
 */
export async function readTileLog(directory: string, key: NoteKey): Promise<LogFiles> {
  const checkpoint = (await readIfThere(join(directory, 'checkpoint')))?.toString('utf8');
  const opened = checkpoint === undefined ? undefined : openNote(checkpoint, key);
  const size = opened?.kind === 'ok' ? (parseCheckpoint(opened.text)?.size ?? 0) : 0;
  const files = new Map<string, Uint8Array>();
  const tiles = tilesOf(size);
  for (let from = 0; from < tiles.length; from += batch) {
    const some = tiles.slice(from, from + batch);
    const read = await Promise.all(some.map((tile) => readTile(directory, tile)));
    for (const [at, tile] of some.entries()) {
      const bytes = read[at];
      if (bytes !== undefined) files.set(tilePath(tile), bytes);
    }
  }
  return { checkpoint, files };
}

/** A partial tile may be gone because the log has grown since its checkpoint was read: then the full one begins with it. */
async function readTile(directory: string, tile: TileAddress): Promise<Uint8Array | undefined> {
  const bytes = await readIfThere(join(directory, tilePath(tile)));
  if (bytes !== undefined || tile.width === tileWidth) return bytes;
  const full = await readIfThere(join(directory, tilePath({ ...tile, width: tileWidth })));
  if (full === undefined) return undefined;
  return tile.level === 'entries'
    ? encodeBundle(decodeBundle(full).leaves.slice(0, tile.width))
    : full.subarray(0, tile.width * 32);
}

/** undefined: there is no such file. Whatever else goes wrong is thrown: unreadable is not absent. Rejects with `audit.broken` or `state.unusable`. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw explained(path, error);
  }
}

function explained(path: string, cause: unknown): unknown {
  const message = `expected a file of the log at ${path}: ${messageOf(cause)}`;
  switch (codeOf(cause)) {
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'EIO':
      return new AutolandError('audit.broken', message, {
        mend: 'treat it as tampering or a broken disk: keep a copy, restore a backup',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new AutolandError('state.unusable', message, {
        mend: 'run this as the user whose state directory it is',
        cause,
      });
    default:
      return cause;
  }
}
