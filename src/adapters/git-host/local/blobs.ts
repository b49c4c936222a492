import DataLoader from 'dataloader';
import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { GitView } from './git-view.ts';

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
export async function readBlobs(view: GitView, oids: readonly Sha[]): Promise<Buffer[]> {
  if (oids.length === 0) return [];
  const { stdout } = await view.objects(['cat-file', '--batch'], { stdin: `${oids.join('\n')}\n` });
  const blobs: Buffer[] = [];
  let at = 0;
  for (const oid of oids) {
    const end = stdout.indexOf(10, at);
    const [name, type, size] = stdout.subarray(at, end).toString('latin1').split(' ');
    if (name !== oid || type !== 'blob') throw missing(oid, type);
    const from = end + 1;
    at = from + Number(size);
    blobs.push(stdout.subarray(from, at));
    at += 1;
  }
  return blobs;
}

/** Reads what is asked for at the same time with one process. */
export function blobReader(view: GitView): (oid: Sha) => Promise<Buffer> {
  const loader = new DataLoader<Sha, Buffer>((oids) => readEach(view, oids), {
    cache: false,
    maxBatchSize: groupCount,
  });
  return (oid) => loader.load(oid);
}

/** One that is missing, or too large beside the others, is the fault of whoever asked for it alone. */
async function readEach(view: GitView, oids: readonly Sha[]): Promise<(Buffer | Error)[]> {
  try {
    const blobs = await readBlobs(view, oids);
    // Apart, so that one that is kept does not keep all.
    return blobs.map((blob) => Buffer.from(blob));
  } catch (thrown) {
    if (oids.length === 1) throw thrown;
    const alone: (Buffer | Error)[] = [];
    for (const oid of oids) alone.push(...(await readEach(view, [oid]).catch((fault: Error) => [fault])));
    return alone;
  }
}

export async function blobSizes(view: GitView, oids: readonly Sha[]): Promise<number[]> {
  if (oids.length === 0) return [];
  const format = '--batch-check=%(objecttype) %(objectsize)';
  const { stdout } = await view.objects(['cat-file', format], { stdin: `${oids.join('\n')}\n` });
  const lines = stdout.toString('latin1').split('\n');
  return oids.map((oid, i) => {
    const [type, size] = (lines[i] ?? '').split(' ');
    if (type !== 'blob') throw missing(oid, type);
    return Number(size);
  });
}

/** Writes one blob; the same bytes are the same name. */
export async function writeBlob(view: GitView, bytes: Uint8Array): Promise<Sha> {
  const { stdout } = await view.objects(['hash-object', '-t', 'blob', '-w', '--stdin'], { stdin: bytes });
  return stdout.toString().trim();
}

function missing(oid: string, found: string | undefined): AutolandError {
  return new AutolandError('git.failed', `expected a blob ${oid}, found ${found ?? 'nothing'}`, {
    mend: 'check the repository with git fsck',
  });
}
