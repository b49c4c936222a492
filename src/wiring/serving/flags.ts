import { readStop } from '../../adapters/controls/file-controls.ts';
import type { TokenScope } from '../../adapters/flag-service/tokens/token.ts';
import { TokenFile } from '../../adapters/flag-service/tokens/token-file.ts';
import { isStanding, PARTS, readFlagFile } from '../../adapters/flags/flag-file.ts';
import { isKilled, readKills, readTombstone, type Tombstone } from '../../adapters/flags/tombstones.ts';
import { AutolandError } from '../../domain/errors.ts';
import { mustHaveJournal } from '../journal/journal-there.ts';
import { locate, type Place, type PlaceOptions } from '../place/place.ts';

export type FlagLine = {
  readonly key: string;
  /** The name in the code that it decides on; null: it decides between two versions. */
  readonly code: string | null;
  /** As it was written; `exposed` is what users get. */
  readonly weight: number;
  readonly exposed: number;
  readonly version: number;
  readonly killed: Tombstone | null;
};

export type FlagsView = {
  readonly state: string;
  /** The red button: every flag is off that not everybody has already. */
  readonly stopped: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly flags: readonly FlagLine[];
};

/** `autoland flags`: as the files say, whatever runs. Rejects with `state.corrupt`. */
export async function readFlags(options: PlaceOptions): Promise<FlagsView> {
  const { files, state } = await placeOf(options);
  const stopped = readStop(files.stop) ?? null;
  const isBuried = readKills(files.kills);
  const flags = [...readFlagFile(files.flags).values()].map((flag) => {
    const { key, code = null, parts, version } = flag;
    const killed = isKilled(isBuried, flag)
      ? tombstoneOf(files.kills, isBuried(key) ? key : (code ?? key))
      : null;
    const isOff = killed !== null || (stopped !== null && !isStanding(flag));
    const weight = parts / PARTS;
    return { key, code, weight, exposed: isOff ? 0 : weight, version, killed };
  });
  return { state, stopped, flags };
}

/** Where the directory of kills cannot be read every flag counts as killed, by nobody that is known. */
function tombstoneOf(kills: string, key: string): Tombstone {
  try {
    return readTombstone(kills, key);
  } catch {
    return { by: 'unknown', at: new Date(0).toISOString() };
  }
}

export type TokenWish = {
  readonly name: string | undefined;
  readonly environment: string;
  readonly scopes: readonly TokenScope[];
  readonly by: string;
};

export type MadeToken = {
  readonly token: string;
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly scopes: readonly TokenScope[];
};

/** Journalled before it counts. Rejects with `usage` for an environment that is not served here. */
export async function makeFlagToken(options: PlaceOptions, wish: TokenWish): Promise<MadeToken> {
  const place = await placeOf(options);
  await mustBeServed(place, wish.environment);
  const file = new TokenFile(place.files);
  // Throws where it cannot be read: the journal must not tell of a token that never was.
  file.list();
  const { openRepository } = await import('../place/repository.ts');
  await using repository = await openRepository(options, 'update');
  const { environment, scopes, by } = wish;
  const name = wish.name ?? scopes.join('-');
  await repository.record('flag-token.made', by, { name, environment, scopes: [...scopes] });
  const at = new Date().toISOString();
  const { stored, token } = file.add({ name, environment, scopes, by, at });
  return { token, id: stored.id, name, environment, scopes };
}

export type TokenLine = Omit<MadeToken, 'token'> & { readonly by: string; readonly at: string };

export async function listFlagTokens(options: PlaceOptions): Promise<readonly TokenLine[]> {
  const { files } = await placeOf(options);
  return new TokenFile(files).list().map(({ hash: _hash, ...line }) => line);
}

/** It counts no more before it is journalled: a journal that is broken must not keep a leaked token alive. */
export async function revokeFlagToken(options: PlaceOptions, id: string, by: string): Promise<TokenLine> {
  const { files } = await placeOf(options);
  const { hash: _hash, ...line } = new TokenFile(files).remove(id);
  const { openRepository } = await import('../place/repository.ts');
  await using repository = await openRepository(options, 'update');
  await repository.record('flag-token.revoked', by, { id, name: line.name, environment: line.environment });
  return line;
}

async function placeOf(options: PlaceOptions): Promise<Place> {
  const place = await locate(options);
  await mustHaveJournal(place, options);
  return place;
}

/** A token of another environment would count nowhere, and its owner would find out in production. */
async function mustBeServed(place: Place, environment: string): Promise<void> {
  const { flagsToServe } = await import('./served.ts');
  const served = await flagsToServe(place);
  if (served === null || served.environment === environment) return;
  throw new AutolandError(
    'usage',
    `expected the environment ${served.environment}, found ${JSON.stringify(environment)}`,
    { mend: `use --environment ${served.environment}, or name another in flags.environment` },
  );
}
