import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { BatchObject, Reply } from './batch-replies.ts';
import type { GitView } from './git-view.ts';
import { assertSha } from './names.ts';
import { goneMend } from './run-git.ts';

const groupBytes = 32 * 1024 * 1024;
const groupCount = 256;

/** Groups that are read with one command each, so that memory stays bounded whatever the tree holds. */
export function groupBySize<T extends { readonly size: number }>(items: readonly T[]): T[][] {
  const groups: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const group = groups.at(-1);
    if (group === undefined || group.length >= groupCount || bytes + item.size > groupBytes) {
      groups.push([item]);
      bytes = item.size;
    } else {
      group.push(item);
      bytes += item.size;
    }
  }
  return groups;
}

/** The contents of blobs, in order. Rejects with `git.failed` when one is missing or is no blob. */
export function readBlobs(view: GitView, oids: readonly Sha[]): Promise<Buffer[]> {
  return Promise.all(oids.map((oid) => readBlob(view, oid)));
}

export async function readBlob(view: GitView, oid: Sha): Promise<Buffer> {
  return blobOf(oid, await view.ask({ ask: 'contents', object: assertSha(oid) })).content;
}

export function blobSizes(view: GitView, oids: readonly Sha[]): Promise<number[]> {
  const sizeOf = async (oid: Sha) =>
    blobOf(oid, await view.ask({ ask: 'info', object: assertSha(oid) })).size;
  return Promise.all(oids.map(sizeOf));
}

function blobOf(oid: Sha, reply: Reply): BatchObject {
  if (reply?.name === oid && reply.type === 'blob') return reply;
  throw new AutolandError('git.failed', `expected a blob ${oid}, found ${reply?.type ?? 'nothing'}`, {
    mend: goneMend,
  });
}

/** Writes one blob; the same bytes are the same name. */
export async function writeBlob(view: GitView, bytes: Uint8Array): Promise<Sha> {
  const { stdout } = await view.objects(['hash-object', '-t', 'blob', '-w', '--stdin'], { stdin: bytes });
  return stdout.toString().trim();
}
