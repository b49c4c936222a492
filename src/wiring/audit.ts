import { readFile } from 'node:fs/promises';
import { DsseVerifier } from '../adapters/attestor/dsse-verifier.ts';
import { openGitReader } from '../adapters/git-host/local/local-git-host.ts';
import { PublicKeyRing } from '../adapters/keys/file-key-ring.ts';
import { FileReleaseStore } from '../adapters/release-store/file-release-store.ts';
import { readTileLog } from '../adapters/tile-log/read-tile-log.ts';
import { openCheckpoint } from '../audit/checkpoint.ts';
import { leafHash } from '../audit/merkle.ts';
import { type Anchor, type LogVerification, verifyLog } from '../audit/verify-log.ts';
import { AutolandError } from '../domain/errors.ts';
import { readGateDecision } from '../domain/statements.ts';
import { trailersOf } from '../domain/trailers.ts';
import { logOrigin } from './origin.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';

/** `autoland audit verify`: needs no process of ours and no network. */
export async function verifyRepositoryLog(
  options: PlaceOptions,
  checkpointFile?: string,
): Promise<LogVerification> {
  await using repository = await openRepository(options, 'read');
  return await verifyLogOf(repository, checkpointFile);
}

export async function verifyLogOf(repository: Repository, checkpointFile?: string): Promise<LogVerification> {
  const { place, store } = repository;
  const keys = await PublicKeyRing.open(place.files.keys);
  const key = { name: logOrigin, publicKey: await keys.publicKey('recorder') };
  // The log first: the journal may grow meanwhile, and may be ahead of it, never behind.
  const log = await readTileLog(place.files.log, key);
  const leaves = await store.leaves(0, await store.size());
  const anchors = [
    ...(await mergeAnchors(repository)),
    ...(await releaseAnchors(repository, new DsseVerifier(keys))),
    ...(checkpointFile === undefined ? [] : [await fileAnchor(checkpointFile, key)]),
  ];
  return verifyLog({ ...log, key, anchors, journal: leaves.map(({ bytes }) => leafHash(bytes)) });
}

/** Every merge carries the size and root of the log that covered its decision. */
async function mergeAnchors({ place }: Repository): Promise<readonly Anchor[]> {
  const { reader, close } = await openGitReader(place.repo);
  try {
    const tip = await reader.resolve('HEAD');
    const commits = await reader.history(null, tip);
    return commits.flatMap(({ sha, message }) => {
      const [size, root] = trailersOf(message).get('Autoland-Log')?.split(' ') ?? [];
      return size === undefined || root === undefined
        ? []
        : [{ source: `merge ${sha.slice(0, 10)}`, size: Number(size), root: Buffer.from(root, 'hex') }];
    });
  } finally {
    await close();
  }
}

async function releaseAnchors(repository: Repository, verifier: DsseVerifier): Promise<readonly Anchor[]> {
  const releases = new FileReleaseStore(repository.place.files.releases);
  const { changes, stable } = await repository.ledger();
  const digests = new Set([...[...changes.values()].map(({ digest }) => digest), stable?.digest ?? null]);
  const anchors: Anchor[] = [];
  for (const digest of digests) {
    if (digest === null) continue;
    const attestation = await releases.attached(digest, 'gate');
    if (attestation === undefined) continue;
    const decision = readGateDecision(await verifier.verify('gate', attestation, digest));
    if (decision === undefined) continue;
    const root = Buffer.from(decision.logRoot, 'hex');
    anchors.push({ source: `gate attestation of ${digest.slice(0, 19)}`, size: decision.logSize, root });
  }
  return anchors;
}

async function fileAnchor(file: string, key: Parameters<typeof openCheckpoint>[1]): Promise<Anchor> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AutolandError('usage', `expected a checkpoint in ${file}, it cannot be read`, {
      mend: 'name a copy of STATE/log/checkpoint',
      cause,
    });
  });
  const opened = openCheckpoint(text, key);
  if (opened.kind !== 'ok')
    throw new AutolandError('audit.broken', `${file} is no checkpoint of this log`, {
      mend: 'name a copy of STATE/log/checkpoint',
    });
  return { source: file, size: opened.head.size, root: opened.head.root };
}
