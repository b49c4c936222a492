import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DsseVerifier } from '../../adapters/attestor/dsse-verifier.ts';
import { PublicKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { FileReleaseStore } from '../../adapters/release-store/file-release-store.ts';
import { readTileLog } from '../../adapters/tile-log/read-tile-log.ts';
import { openCheckpoint } from '../../audit/checkpoint.ts';
import { leafHash } from '../../audit/merkle.ts';
import { type Anchor, type LogVerification, verifyLog } from '../../audit/verify-log.ts';
import { AutolandError, type ErrorCode, messageOf } from '../../domain/errors.ts';
import { readGateDecision } from '../../domain/statements.ts';
import { stablesOf } from '../../views/production.ts';
import type { RecordingsCheck } from '../../views/recordings.ts';
import { examineRecordings } from '../models/recordings.ts';
import { logOrigin } from '../place/origin.ts';
import { locate, type Place, type PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { mergeAnchors } from './merge-anchors.ts';

/** `autoland audit verify`: needs no process of ours and no network. */
export async function verifyRepositoryLog(
  options: PlaceOptions,
  checkpointFile?: string,
): Promise<LogVerification> {
  await using repository = await openRepository(options, 'read');
  return await verifyLogOf(repository, checkpointFile);
}

export type AuditVerification = LogVerification & {
  /** Why the journal could not be held against the log; null: it was. */
  readonly unread: string | null;
  /** null: nobody asked, or the journal, which names them, could not be read. */
  readonly recordings: RecordingsCheck | null;
};

type AuditWish = { readonly checkpoint: string | undefined; readonly logOnly: boolean };

/**
 * The same, and what agents and models said; `logOnly`: where the keys that open it are not at hand. What is published can be verified
 * also where the journal is lost, and is needed then more than ever.
 */
export async function verifyAudit(options: PlaceOptions, wish: AuditWish): Promise<AuditVerification> {
  try {
    return await verifyWithJournal(options, wish);
  } catch (thrown) {
    const place = await locate(options);
    const published = existsSync(join(place.files.log, 'checkpoint'));
    if (!(thrown instanceof AutolandError) || !lostJournal.has(thrown.code) || !published) throw thrown;
    const log = await verifyPublished(place, { checkpointFile: wish.checkpoint });
    return { ...log, unread: thrown.message, recordings: null };
  }
}

const lostJournal: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'journal.missing',
  'journal.corrupt',
  'journal.schema',
]);

async function verifyWithJournal(
  options: PlaceOptions,
  { checkpoint, logOnly }: AuditWish,
): Promise<AuditVerification> {
  await using repository = await openRepository(options, 'read');
  const log = await verifyLogOf(repository, checkpoint);
  const recordings = logOnly ? null : await examineRecordings(repository);
  return { ...log, unread: null, recordings };
}

export function verifyLogOf(repository: Repository, checkpointFile?: string): Promise<LogVerification> {
  return verifyPublished(repository.place, { checkpointFile, repository });
}

type Held = {
  readonly checkpointFile: string | undefined;
  /** undefined: its journal is lost, and so is which releases bear the gate's attestation. */
  readonly repository?: Repository;
};

async function verifyPublished(place: Place, { checkpointFile, repository }: Held): Promise<LogVerification> {
  const checkpoint = checkpointFile === undefined ? undefined : await readCheckpoint(checkpointFile);
  const keys = await openPublicKeys(place);
  const key = { name: logOrigin, publicKey: await keys.publicKey('recorder') };
  // The log first: the journal may grow meanwhile, and may be ahead of it, never behind.
  const log = await readTileLog(place.files.log, key);
  const isNone = log.checkpoint === undefined && log.files.size === 0;
  if (isNone && repository && !(await everPublished(repository.store)))
    throw noLog(place, 'nothing was published yet');
  const leaves = repository && (await repository.store.leaves(0, await repository.store.size()));
  const anchors = [
    ...(await mergeAnchors(place.repo, await keys.publicKey('lander'))),
    ...(repository ? await releaseAnchors(repository, new DsseVerifier(keys)) : []),
    ...(checkpoint === undefined ? [] : [fileAnchor(checkpoint, key)]),
  ];
  const journal = leaves?.map(({ bytes }) => leafHash(bytes));
  return verifyLog({ ...log, key, anchors, ...(journal && { journal }) });
}

async function releaseAnchors(repository: Repository, verifier: DsseVerifier): Promise<readonly Anchor[]> {
  const releases = new FileReleaseStore(repository.place.files.releases);
  const { changes, production } = await repository.ledger();
  const built = [...[...changes.values()].flatMap((change) => change.releases), ...stablesOf(production)];
  const admitted = new Map(built.map(({ service, digest }) => [`${service} ${digest}`, { service, digest }]));
  const anchors: Anchor[] = [];
  for (const { service, digest } of admitted.values()) {
    const attestation = await releases.attached(digest, `gate-${service}`);
    if (attestation === undefined) continue;
    const decision = readGateDecision(await verifier.verify('gate', attestation, digest));
    if (decision === undefined) continue;
    const root = Buffer.from(decision.logRoot, 'hex');
    anchors.push({ source: `gate attestation of ${digest.slice(0, 19)}`, size: decision.logSize, root });
  }
  return anchors;
}

/** Where only commands ran there is a journal, and no log and no keys yet: nothing is broken. */
export async function openPublicKeys(place: Place): Promise<PublicKeyRing> {
  if (existsSync(place.files.keys)) return PublicKeyRing.open(place.files.keys);
  throw noLog(place, 'no control plane ran');
}

function noLog({ state, repo }: Place, why: string): AutolandError {
  return new AutolandError('journal.missing', `expected an audit log in ${state}, found none: ${why}`, {
    mend: `start autoland there once: autoland up --repo ${repo} --state ${state}`,
  });
}

/** What is journalled only by who publishes: where one of them is and no log, the log was removed. */
async function everPublished(store: Repository['store']): Promise<boolean> {
  const types = ['control-plane.started', 'service.adopting', 'service.stable', 'effect.intended'];
  return (await store.read({ types })).length > 0;
}

/** With the signatures of many witnesses. */
const mostCheckpointBytes = 65_536;

type CheckpointFile = { readonly file: string; readonly text: string };

async function readCheckpoint(file: string): Promise<CheckpointFile> {
  try {
    // Without O_NONBLOCK a named pipe would hold the reader for ever.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = await handle.stat();
    if (size > mostCheckpointBytes) throw new Error(`it has ${size} bytes, over ${mostCheckpointBytes}`);
    return { file, text: await handle.readFile('utf8') };
  } catch (cause) {
    throw new AutolandError('usage', `expected a checkpoint in ${file}: ${messageOf(cause)}`, {
      mend: 'name a copy of STATE/log/checkpoint',
      cause,
    });
  }
}

function fileAnchor({ file, text }: CheckpointFile, key: Parameters<typeof openCheckpoint>[1]): Anchor {
  const opened = openCheckpoint(text, key);
  if (opened.kind !== 'ok')
    throw new AutolandError('usage', `expected a checkpoint of this log in ${file}, found ${opened.found}`, {
      mend: 'name a copy of STATE/log/checkpoint',
    });
  return { source: file, size: opened.head.size, root: opened.head.root };
}
